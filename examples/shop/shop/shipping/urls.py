"""URLs of shipping."""

from django.urls import path

from shop.shipping import views

urlpatterns = [
    path("collect/", views.collect),
    path("dispatch/", views.dispatch),
    path("manifest/", views.manifest),
    path("rates/", views.rates),
    path("track/<slug:parcel>/", views.track),
]
