"""Primitives that slide a window: convolution, pooling, resampling, and what they share."""
