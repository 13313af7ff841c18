"""What reviewers say of answers: how much of it, of what, and how sure one can be."""
