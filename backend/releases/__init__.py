"""The ledger: every change of what an endpoint serves, and what it led to."""
