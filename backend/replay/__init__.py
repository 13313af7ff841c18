"""Asking a version again what others were asked, and finding the one that began a mistake."""
