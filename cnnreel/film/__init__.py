"""What a performance looked like, and the record of it."""

import cnnreel.beside  # noqa: F401
