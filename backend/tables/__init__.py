"""Reading tables by SQL: statements, key-set pages, files of them."""
