"""Drawing old and new answers side by side."""
