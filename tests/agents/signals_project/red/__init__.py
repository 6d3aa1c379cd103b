"""Code of red."""
