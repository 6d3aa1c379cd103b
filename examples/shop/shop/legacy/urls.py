"""URLs of the old system."""

from django.urls import path

from shop.legacy import views

urlpatterns = [
    path("catalogue.xml", views.catalogue_xml),
    path("easter/", views.easter_prices),
    path("gift-cards/", views.gift_cards),
    path("sync/", views.sync),
]
