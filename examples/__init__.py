"""Chains that are deployed to the workspace and asked there, one folder per MLflow interface."""
