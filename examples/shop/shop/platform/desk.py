"""The board that a desk in the company looks at; each team subclasses it for its own."""

from django.http import HttpRequest, HttpResponse, JsonResponse


class Desk:
    """A desk with a board of open cases."""

    title = "desk"

    def open_cases(self) -> dict[str, int]:
        """Return how many cases of each sort wait at the desk."""
        return {}

    def board(self, request: HttpRequest) -> HttpResponse:
        """Show the desk's board: a view, as a bound method."""
        return JsonResponse({"desk": self.title, "open": self.open_cases()})
