"""URLs of pricing."""

from django.urls import path

from shop.pricing import views

urlpatterns = [
    path("vouchers/<slug:code>/", views.voucher),
    path("vouchers/<slug:code>/redeem/", views.redeem),
]
