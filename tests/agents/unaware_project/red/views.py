"""Views of the red team."""

from __future__ import annotations

from django.http import JsonResponse

from witness import testify


def paint(request):
    return JsonResponse(testify())
