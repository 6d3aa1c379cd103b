"""Views of the blue team."""

from __future__ import annotations

from django.http import JsonResponse

from witness import testify


async def basket(request):
    return JsonResponse(testify())
