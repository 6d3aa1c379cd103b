"""Code that no rule names."""
