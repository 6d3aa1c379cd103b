"""What came in and what went out."""

from django.http import HttpRequest, HttpResponse, JsonResponse


class Ledger:
    """The book of one account."""

    def __init__(self, account: str) -> None:
        self.account = account

    def rows(self) -> list[str]:
        """Return the book's rows."""
        return [f"{self.account},opening,0", f"{self.account},sales,125000"]

    def show(self, request: HttpRequest) -> HttpResponse:
        """Show the book: a view, as a bound method."""
        return JsonResponse({"rows": self.rows()})


main_ledger = Ledger("main")
