"""Views made of plain classes, a page each."""

from collections.abc import Callable
from typing import Protocol

from django.http import HttpRequest, HttpResponse


class Page(Protocol):
    """Something that can be shown to a customer."""

    def __init__(self, customer: str) -> None: ...

    def render(self) -> HttpResponse:
        """Return the page."""


def page_view(page: type[Page]) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that shows the page to the customer who asks."""

    def view(request: HttpRequest) -> HttpResponse:
        return page(request.headers.get("X-Customer", "guest")).render()

    return view
