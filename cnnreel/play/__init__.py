"""Films on pages, slides, in notebooks and elsewhere."""

import cnnreel.beside  # noqa: F401
