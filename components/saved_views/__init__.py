"""Views by name: choosing one, saving what is shown, and telling when the two differ."""
