"""Tests of the sinks that need no agent of their own."""
