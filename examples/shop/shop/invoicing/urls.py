"""URLs of invoicing."""

from django.urls import path

from shop.invoicing import views

urlpatterns = [path("close-month/", views.close_month)]
