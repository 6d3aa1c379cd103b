"""Code that no rule claims."""
