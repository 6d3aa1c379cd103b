"""The site's URLs."""

from __future__ import annotations

from django.urls import path

from nobody.views import about
from red.views import checkout

urlpatterns = [path("checkout/", checkout), path("about/", about)]
