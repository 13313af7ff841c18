"""The models that are measured, as code; each is logged once and served by both sides."""
