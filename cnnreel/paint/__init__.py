"""Pixels, and the files they become."""

import cnnreel.beside  # noqa: F401
