"""CNN arithmetic in numpy that keeps every intermediate value."""
