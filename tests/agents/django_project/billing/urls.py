"""Billing's URLconf."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from billing import api, views
from search.toolkit import view_of

router = SimpleRouter()
router.register("invoices", api.Invoices, basename="invoice")

urlpatterns = [
    path("polite/", views.politely),
    path("rude/", views.rudely),
    path("checked/", views.checked),
    path("measured/", views.measured),
    path("private/", views.private),
    path("posted/", views.posted),
    path("posted-with-check/", views.posted_with_csrf_check),
    path("asked-from-within/", views.asked_from_within),
    path("teapot/", views.is_a_teapot),
    path("bound/", views.Checkout().serve),
    path("inherited/", views.Receipt.as_view()),
    path("object/", views.Endpoint()),
    path("closure/", views.make_view("CHF")),
    path("made-of-a-class/", view_of(views.Checkout)),
    path("api/function/", api.function),
    path("api/view/", api.ApiView.as_view()),
    path("api/generic/", api.Generic.as_view()),
    path("api/invalid/", api.Invalid.as_view()),
    path("api/broken/", api.Broken.as_view()),
    path("api/", include(router.urls)),
]
