"""What a customer dreams of."""

from django.http import HttpResponse, JsonResponse


class Wishlist:
    """The page with a customer's wishes."""

    def __init__(self, customer: str) -> None:
        self.customer = customer

    def render(self) -> HttpResponse:
        """Return the page."""
        return JsonResponse({"customer": self.customer, "wishes": ["teapot"]})
