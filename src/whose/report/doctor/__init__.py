"""Says whether attributions will arrive: what agents and frameworks are here, what is written, what is missing."""
