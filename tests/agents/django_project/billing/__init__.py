"""An app of cold-blue."""
