"""Drawing what can be done with requests that were picked from a list."""
