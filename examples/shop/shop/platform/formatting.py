"""How the shop writes amounts of money."""

SYMBOLS = {"GBP": "£", "EUR": "€"}


def as_money(cents: int, *, currency: str) -> str:
    """Return an amount for people to read.

    >>> as_money(1250, currency="GBP")
    '£12.50'
    """
    # A defect, and the platform team's: the shop sells to Switzerland, and nobody added francs.
    return f"{SYMBOLS[currency]}{cents / 100:.2f}"
