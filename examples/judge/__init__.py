"""A small endpoint that checks an answer and improves it; the chat model example asks it last."""
