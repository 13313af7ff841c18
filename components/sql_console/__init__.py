"""Drawing the SQL console: the statement, what comes of it, and what there is to name in it."""
