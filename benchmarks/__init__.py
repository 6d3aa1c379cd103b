"""Every figure that we claim, measured beside the peers: ``make bench``."""
