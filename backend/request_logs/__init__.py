"""What was asked of an endpoint and answered, read by SQL from its inference tables."""
