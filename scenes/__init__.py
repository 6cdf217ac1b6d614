"""Pictures: manim scenes that draw what `cnn_core` computed."""
