"""Where rules come from: each file reads one kind of declaration into Rules and Teams with their file and line."""
