"""Code of team green."""
