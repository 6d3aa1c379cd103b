"""URLs of the recommendations."""

from django.urls import path

from shop.recommendations import views

urlpatterns = [
    path("rebuild/", views.rebuild),
    path("<slug:sku>/", views.recommended),
]
