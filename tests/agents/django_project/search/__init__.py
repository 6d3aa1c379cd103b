"""An app of team-green, whose decorators, base classes and middleware others use."""
