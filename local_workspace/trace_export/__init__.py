"""Takes recorded traces and verdicts from the spool to MLflow; knows nothing of how they get in."""
