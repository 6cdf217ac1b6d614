"""What may be asked of each scene. No Manim here: `list`, `inspect` and `--help` stay instant."""

from scenes.specs.base import SceneSpec, as_json

__all__ = ["SceneSpec", "as_json"]
