"""An app of warm-red."""
