"""What a film shows, in words."""
