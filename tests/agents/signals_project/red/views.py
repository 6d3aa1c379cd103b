"""Views of the red team."""

from __future__ import annotations

from django.http import HttpResponse

import everyday
from blue.tasks import ship
from red.tasks import restock


def checkout(request):
    everyday.work("team-red")
    restock.delay()
    ship.apply()
    everyday.work("team-red")
    return HttpResponse("thank you")
