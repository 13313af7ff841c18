"""How the examples find and word their answers; shipped inside every logged model."""
