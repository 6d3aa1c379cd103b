"""Everything the shop sends to customers."""
