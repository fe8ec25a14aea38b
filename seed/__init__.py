"""How data gets in: reads files, writes the database, reads no measure."""
