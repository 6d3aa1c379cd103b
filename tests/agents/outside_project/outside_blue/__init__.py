"""What team blue owns."""
