"""ONNX files, read as data: no package of theirs is needed, and nothing in them is run."""
