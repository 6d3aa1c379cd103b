"""URLs of accounts."""

from django.urls import path
from django.views.generic import TemplateView

from shop.accounts import views

urlpatterns = [
    path("help/", TemplateView.as_view(template_name="accounts/help.html")),
    path("leave/", views.leave),
    path("profile/", views.profile),
    path("statement/", views.statement),
]
