"""The grids of the storyboard, read-only: small enough to work every number out by hand."""

from cnn_core.reading.rows import parse_rows

__all__ = ["HANDWRITTEN_ONE", "POOL_GRID", "STROKE_MAP"]

HANDWRITTEN_ONE = parse_rows("HANDWRITTEN_ONE", "0 0 1 0 0; 0 1 1 0 0; 0 0 1 0 0; 0 0 1 0 0; 0 1 1 1 0")
"""A handwritten "1", (5, 5): the image of the convolution."""

STROKE_MAP = parse_rows("STROKE_MAP", "-1 5 -3; -1 5 -3; -1 4 -1")
"""What `vertical-stroke` makes of `HANDWRITTEN_ONE`, (3, 3): values of both signs, for the activations."""

POOL_GRID = parse_rows("POOL_GRID", "4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1")
"""Sum 48, squared deviations 100, (4, 4): the grid of the poolings and of batch normalisation."""
