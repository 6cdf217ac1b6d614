"""Filming on several machines: `render.py lesson --engine dask`, which needs the extra `dask`."""
