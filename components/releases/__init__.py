"""Drawing the ledger."""
