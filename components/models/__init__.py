"""Drawing registered models and their versions."""
