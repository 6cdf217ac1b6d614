"""How a value came about, in one line: read from what was computed."""

from reel.arithmetic.finding import details, workings
from reel.arithmetic.lines import Working, written

__all__ = ["Working", "details", "workings", "written"]
