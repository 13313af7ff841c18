"""One trace: its spans as a tree, what is in each, and what was said of them."""
