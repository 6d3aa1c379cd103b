"""What every team builds on: clients, task classes, page decorators, the back office."""
