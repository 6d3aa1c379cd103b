"""The tests of ``whose``; the folders mirror ``src/whose``."""
