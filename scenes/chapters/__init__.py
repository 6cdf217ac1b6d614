"""Parts of films that tell one thing, for all scenes that come to it."""
