"""Drawing the verdict under an answer."""
