"""Decorators that teams put around their views."""

import functools
from collections import Counter
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]

calls: Counter[str] = Counter()


def staff_only(view: View) -> View:
    """Let staff in and nobody else."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def counted(view: View) -> View:
    """Count a view's calls. Older than anybody's knowledge of functools.wraps: the view loses its name and module."""

    def counting(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        calls[request.method or ""] += 1
        return view(request, *args, **kwargs)

    return counting
