"""Customers and what they may see."""
