"""The old system. Whoever wrote it has left."""
