"""Clips and lessons: where they are made, by whom, and where they are kept."""

import cnnreel.beside  # noqa: F401
