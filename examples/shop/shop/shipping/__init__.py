"""Getting parcels to customers."""
