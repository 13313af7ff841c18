"""Puts recorded traces and verdicts into an MLflow store; knows nothing of where they wait."""
