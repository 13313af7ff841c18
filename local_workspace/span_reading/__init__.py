"""Reads traces in MLflow's database span by span; MLflow itself gives whole traces only."""
