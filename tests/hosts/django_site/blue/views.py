"""Views of team-blue."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from tests.hosts.django_site.ownership import running


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(running())
