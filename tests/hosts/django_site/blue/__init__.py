"""An app of team-blue."""
