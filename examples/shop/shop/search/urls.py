"""URLs of search."""

from django.urls import path

from shop.search import views

urlpatterns = [
    path("", views.search),
    path("suggest/", views.suggest_few),
    path("warm/", views.warm),
]
