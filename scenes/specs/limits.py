"""What can be drawn legibly. Every limit on a spec's size stands here."""

__all__ = ["MAX_CHANNELS", "MAX_KERNEL", "MAX_SIDE", "MAX_VALUE", "PICTURE_SIZE"]

MAX_SIDE = 12
"""Rows and columns of a grid, padding included."""

MAX_KERNEL = 7
"""Rows and columns of a kernel or a pooling window."""

MAX_CHANNELS = 3
"""Channels of an input or an output."""

MAX_VALUE = 9999
"""Largest size of a number; longer ones cannot be read in a cell or followed in a sum."""

PICTURE_SIZE = (8, 8)
"""Rows and columns to which a picture is scaled, so that its numbers can be read."""
