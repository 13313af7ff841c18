"""Drawing the erasing of a person."""
