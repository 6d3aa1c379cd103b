"""URLs of the cart."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from shop.cart import views
from shop.cart.wishlist import Wishlist
from shop.platform.pages import page_view

router = SimpleRouter(use_regex_path=False)
router.register("lines", views.CartLineViewSet, basename="cart-line")

urlpatterns = [
    path("", views.cart),
    path("add/", views.add),
    path("api/", include(router.urls)),
    path("expire/", views.expire),
    path("merge/", views.merge),
    path("wishlist/", page_view(Wishlist)),
]
