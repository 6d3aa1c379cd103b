"""Local servers that stand in for the vendors' collectors and keep what agents send."""
