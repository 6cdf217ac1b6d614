"""Activations: ReLU, leaky ReLU, sigmoid, tanh."""
