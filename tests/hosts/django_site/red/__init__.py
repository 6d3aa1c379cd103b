"""An app of team-red."""
