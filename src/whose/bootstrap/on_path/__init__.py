"""The folder that the command line puts on the path of a program; a module in it hides the program's of that name."""
