"""A chain as a plain PythonModel: one column in, answer, sources and their number out."""
