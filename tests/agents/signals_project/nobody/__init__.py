"""Code of nobody in particular."""
