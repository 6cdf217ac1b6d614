"""What a film shows, in words."""

import cnnreel.beside  # noqa: F401
