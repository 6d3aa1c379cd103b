"""Code of several teams that the tests make tasks of; each module belongs to the team that it is named after."""
