"""Views that nobody owns."""

from __future__ import annotations

from django.http import HttpResponse

import everyday


async def about(request):
    everyday.work("nobody")
    return HttpResponse("about us")
