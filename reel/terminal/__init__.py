"""What `render.py` is made of: options from specs, one-sentence errors, tables and progress. No Manim here."""
