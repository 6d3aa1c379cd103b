"""Tests of the core, which knows no framework and no agent."""
