"""Photos on film: the picture, the result that grows beside it, and a lens on some windows."""
