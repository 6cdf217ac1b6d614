"""What a performance looked like, and the record of it."""
