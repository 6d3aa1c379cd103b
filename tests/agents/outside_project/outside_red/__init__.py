"""What team red owns."""
