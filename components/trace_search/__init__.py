"""Finding traces: by a filter, as conversations, two beside each other."""
