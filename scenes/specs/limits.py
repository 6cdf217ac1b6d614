"""What can be drawn legibly. Every limit on a spec's size stands here."""

__all__ = [
    "MAX_CHANNELS",
    "MAX_CLASSES",
    "MAX_FLATTENED",
    "MAX_INPUTS",
    "MAX_KERNEL",
    "MAX_LOGIT",
    "MAX_OUTPUTS",
    "MAX_PADDED",
    "MAX_PHOTO",
    "MAX_SIDE",
    "MAX_SIDE_OF_CHANNELS",
    "MAX_VALUE",
    "MIN_PHOTO",
    "PICTURE_SIZE",
    "SCALED_PHOTO",
]

MAX_SIDE = 12
"""Rows and columns of a grid, padding included."""

MAX_PADDED = 14
"""Rows and columns of the image of a convolution, padding included."""

MAX_SIDE_OF_CHANNELS = 8
"""Rows and columns of the maps of a convolution, padding included, where there are several channels."""

MAX_KERNEL = 7
"""Rows and columns of a kernel or a pooling window."""

MAX_CHANNELS = 3
"""Channels of an input or an output."""

MAX_VALUE = 9999
"""Largest size of a number; longer ones cannot be read in a cell or followed in a sum."""

PICTURE_SIZE = (8, 8)
"""Rows and columns to which a picture is scaled, so that its numbers can be read."""

MAX_PHOTO = 256
"""Rows and columns of a photo."""

MIN_PHOTO = 8
"""Rows and columns of a photo at least; what is narrower is a strip."""

SCALED_PHOTO = 128
"""Length of the longer side of a photo that was larger than that: a pixel can still be seen."""

MAX_CLASSES = 10
"""Rows of a table of probabilities."""

MAX_LOGIT = 99
"""Largest size of a logit; those far below the largest have a probability of 0 anyway."""

MAX_FLATTENED = 36
"""Values that are flattened into one row."""

MAX_INPUTS = 8
"""Numbers that a linear layer reads."""

MAX_OUTPUTS = 6
"""Numbers that a linear layer returns."""
