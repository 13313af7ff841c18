"""What people say of answers: written, read back, and asked with questions of one's own."""
