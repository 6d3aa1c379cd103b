"""Drop-in replacements for those who come from a predecessor."""
