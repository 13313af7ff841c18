"""Drawing what reviewers say of answers, with how sure one can be of it."""
