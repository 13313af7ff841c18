"""What people have talked about: found again, renamed, branched, compared."""
