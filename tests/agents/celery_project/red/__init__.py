"""Code of team red."""
