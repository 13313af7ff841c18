"""Registered models and their versions: read, compared, described, promoted."""
