"""What can be drawn legibly. Every limit on a spec's size stands here."""

__all__ = ["MAX_CHANNELS", "MAX_KERNEL", "MAX_SIDE", "PICTURE_SIZE"]

MAX_SIDE = 12
"""Rows and columns of a grid, padding included."""

MAX_KERNEL = 7
"""Rows and columns of a kernel or a pooling window."""

MAX_CHANNELS = 3
"""Channels of an input or an output."""

PICTURE_SIZE = (8, 8)
"""Rows and columns to which a picture is scaled, so that its numbers can be read."""
