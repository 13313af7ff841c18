"""An agent that lets one endpoint answer and another one judge, behind MLflow's ChatModel."""
