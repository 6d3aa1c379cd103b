"""The demo: its parts one by one, and the whole of it run for real."""
