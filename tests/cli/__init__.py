"""The command line, asked as its users ask it."""
