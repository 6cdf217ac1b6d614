"""A network that reads a digit, layer by layer, and a digit that it gets wrong."""
