"""Code of blue."""
