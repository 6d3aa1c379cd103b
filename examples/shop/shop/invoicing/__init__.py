"""Invoices, statements, the month's end."""
