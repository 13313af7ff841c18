"""What a question and its answer look like in every kind of chain; knows no workspace."""
