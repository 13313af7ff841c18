"""An agent with tools behind MLflow's ChatAgent interface."""
