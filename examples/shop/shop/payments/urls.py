"""URLs of payments."""

from django.urls import path

from shop.payments import views
from shop.payments.ledger import main_ledger

urlpatterns = [
    path("balance/", views.balance),
    path("ledger/", main_ledger.show),
    path("webhook/", views.webhook),
]
