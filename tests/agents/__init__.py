"""Tests that run the vendors' real agents, a process each, and judge what leaves those processes."""
