"""URLs of the catalogue."""

from django.urls import path
from django.views.generic import RedirectView

from shop.catalogue import offers, views

urlpatterns = [
    path("", views.product_list),
    path("offers/", offers.offer_list),
    path("prices.csv", views.price_list),
    path("range/", RedirectView.as_view(url="/catalogue/")),
    path("reindex/", views.reindex),
    path("<slug:sku>/", views.ProductPage.as_view()),
    path("<slug:sku>/manual/", views.manual),
]
