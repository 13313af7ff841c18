"""The SQL console: statements of a person's own, with that person's token and rights."""
