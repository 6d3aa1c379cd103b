"""A small site of two teams, for the tests of the Django host; what is under ``unclaimed`` nobody owns."""
