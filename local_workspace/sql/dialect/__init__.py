"""Databricks SQL in, DuckDB SQL out: what is known to mean the same passes, all else is refused."""
