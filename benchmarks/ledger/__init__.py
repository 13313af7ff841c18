"""What the figures about releases share: a year of them, deploying, and the load meanwhile."""
