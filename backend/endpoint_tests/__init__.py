"""Testing an endpoint: one question, a set of questions, load; and the tables of it."""
