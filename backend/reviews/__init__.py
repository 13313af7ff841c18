"""What one reviewer has judged, and what became of it."""
