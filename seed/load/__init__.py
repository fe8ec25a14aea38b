"""Import of registers into the store."""
