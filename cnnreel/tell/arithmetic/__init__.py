"""How a value came about, in one line: read from what was computed."""

from cnnreel.tell.arithmetic.finding import details, workings
from cnnreel.tell.arithmetic.lines import Working, written

__all__ = ["Working", "details", "workings", "written"]
