"""The exceptions a user can meet: one sentence each, no traceback needed."""

__all__ = ["CnnreelError", "Damaged", "InputError", "ShapeError", "TwoReadingsError"]


class CnnreelError(Exception):
    """Something went wrong that a user can understand and act on (exit status 1)."""


class Damaged(ValueError):
    """Bytes are not what they should be; whoever asked for them says so in an `InputError`."""


class InputError(CnnreelError, ValueError):
    """What was asked for cannot be filmed as asked (exit status 2).

    The message is one sentence: it names the argument, what was wanted and what came.
    """


class ShapeError(InputError):
    """An array has a shape that does not fit."""


class TwoReadingsError(InputError):
    """A text can be read in two ways.

    Attributes
    ----------
    readings
        Both as tables that are clear: a line for each row, tabs between cells.
    """

    def __init__(self, message: str, readings: tuple[str, str]) -> None:
        super().__init__(message)
        self.readings = readings
