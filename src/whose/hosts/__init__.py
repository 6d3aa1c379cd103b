"""What runs work: each turns the work of one framework into attributions."""
