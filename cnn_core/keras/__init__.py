"""Networks that Keras 3 has saved, read without Keras and without HDF5's library: nothing in them is run."""
