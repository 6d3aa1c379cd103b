"""A shop that knows nothing of whose."""
