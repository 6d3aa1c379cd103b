"""The folder that is put on the path of a program whose environment is looked at."""
