"""The site's URLs."""

from __future__ import annotations

from django.urls import path

from blue.views import basket
from red.views import paint

urlpatterns = [path("paint/", paint), path("basket/", basket)]
