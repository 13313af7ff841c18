"""Recorded requests as a file: read page by page, written part by part, with its manifest."""
