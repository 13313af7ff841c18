"""A small endpoint that answers questions; the chat model example asks it first."""
