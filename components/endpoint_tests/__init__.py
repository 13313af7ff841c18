"""Drawing tests of an endpoint and what came of them."""
