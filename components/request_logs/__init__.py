"""Drawing what was asked of a chain: filters, the list, one request, and how it went over time."""
