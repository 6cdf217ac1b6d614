"""Clips and lessons: where they are made, by whom, and where they are kept."""
