"""Where the products are."""
