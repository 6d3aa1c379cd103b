"""Start real servers and workers, with an agent or without, and end them."""
