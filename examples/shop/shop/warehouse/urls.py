"""URLs of the warehouse."""

from django.urls import path

from shop.warehouse import views
from shop.warehouse.desk import PackingDesk

urlpatterns = [
    path("close-shift/", views.close_shift),
    path("desk/", PackingDesk().board),
]
