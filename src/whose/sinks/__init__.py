"""What receives attributions: each file speaks the language of one monitoring vendor."""
