"""An app that nobody owns."""
