"""Asking a chain: the request, the stream of its answer, and what can go wrong on the way."""
