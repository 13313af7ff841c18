"""Work that outlives a browser, on record in MLflow; `backend.jobs` does it."""
