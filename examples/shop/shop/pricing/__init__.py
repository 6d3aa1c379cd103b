"""Prices and vouchers."""
