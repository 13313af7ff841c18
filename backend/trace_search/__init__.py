"""Finding traces: by MLflow's filters, as conversations, and what belongs beside one."""
