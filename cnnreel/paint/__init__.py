"""Pixels, and the files they become."""
