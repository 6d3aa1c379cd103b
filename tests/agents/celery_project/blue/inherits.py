"""A task of blue's whose ``run`` stands in a module of red's."""

from __future__ import annotations

from flavours.app import app
from red.bases import Report


class Turnover(Report):
    """Has a name, and red's body."""

    name = "blue.inherits.Turnover"


turnover = app.register_task(Turnover())
