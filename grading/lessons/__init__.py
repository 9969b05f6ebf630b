"""A lesson as written: read, linted, turned into notebooks. Nothing of it is run here."""
