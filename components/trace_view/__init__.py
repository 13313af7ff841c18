"""Drawing one trace: the waterfall, the chosen span, and what was said of both."""
