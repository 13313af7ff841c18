"""Drawing a reviewer's own verdicts."""
