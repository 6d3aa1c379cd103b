"""Code of team blue."""
