"""Brings whose into programs that do not know of it, and next to nothing before their first line."""
