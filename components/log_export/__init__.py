"""Recorded requests as a file: the choice on the page, and the address that sends it."""
