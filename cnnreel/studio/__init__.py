"""A local web page on which films are made without programming."""

import cnnreel.beside  # noqa: F401
