"""URLs of checkout."""

from django.urls import path

from shop.checkout import views

urlpatterns = [
    path("", views.PlaceOrder.as_view()),
    path("check/", views.check),
    path("delivery/<slug:postcode>/", views.delivery_quote),
    path("pay/", views.pay),
]
