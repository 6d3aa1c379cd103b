"""How heavy products are."""

GRAMS = {"assam": 250, "sencha": 100, "oolong": 100, "teapot": 900, "kettle": 1400}


def weight_of(sku: str) -> int:
    """Return a product's weight in grams."""
    # A defect, and the browse team's: gift cards came to the catalogue, but not to this table.
    return GRAMS[sku]
