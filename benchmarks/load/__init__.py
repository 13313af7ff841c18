"""Asks a server over HTTP as fast as it answers, from a process of its own; the same for both."""
