"""URLs of notifications."""

from django.urls import path

from shop.notifications import views

urlpatterns = [path("send/", views.send_all)]
