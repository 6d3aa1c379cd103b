"""All URLs of the shop; each app keeps its own."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from shop.platform.views import status

urlpatterns = [
    path("", RedirectView.as_view(url="/catalogue/")),
    path("accounts/", include("shop.accounts.urls")),
    path("admin/", admin.site.urls),
    path("cart/", include("shop.cart.urls")),
    path("catalogue/", include("shop.catalogue.urls")),
    path("checkout/", include("shop.checkout.urls")),
    path("invoicing/", include("shop.invoicing.urls")),
    path("legacy/", include("shop.legacy.urls")),
    path("notifications/", include("shop.notifications.urls")),
    path("payments/", include("shop.payments.urls")),
    path("pricing/", include("shop.pricing.urls")),
    path("recommendations/", include("shop.recommendations.urls")),
    path("reviews/", include("shop.reviews.urls")),
    path("search/", include("shop.search.urls")),
    path("shipping/", include("shop.shipping.urls")),
    path("status/", status),
    path("warehouse/", include("shop.warehouse.urls")),
]
