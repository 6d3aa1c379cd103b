"""Runs the example shop for real and checks, transaction by transaction, who is said to own what."""
