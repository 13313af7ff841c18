"""Views of the analysts' pages by name, shared with the team."""
