"""Expressions of Databricks SQL with the type and the cell Databricks answers."""
