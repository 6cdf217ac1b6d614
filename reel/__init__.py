"""Production: from a scene to files that a teacher can use."""
