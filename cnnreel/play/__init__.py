"""Films on pages, slides, in notebooks and elsewhere."""
