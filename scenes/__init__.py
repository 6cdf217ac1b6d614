"""Pictures: manim scenes that draw what `cnn_core` computed.

Folders that the environment variable `CNNREEL_SCENES` names belong to this package: a scene's file in one of them is
found like those that are here, by every process.
"""

import os

__path__.extend(filter(None, os.environ.get("CNNREEL_SCENES", "").split(os.pathsep)))
