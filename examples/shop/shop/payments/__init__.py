"""Taking customers' money."""
