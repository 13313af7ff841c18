"""What can be done with requests that somebody has picked from the log."""
