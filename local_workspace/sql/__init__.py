"""SQL over the workspace's Delta tables: Databricks' dialect, in processes of its own."""
