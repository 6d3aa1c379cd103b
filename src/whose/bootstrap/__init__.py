"""The folder that the command line puts on the path of a program that it starts."""
