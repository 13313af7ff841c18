"""Taking a person out of everything that is kept."""
