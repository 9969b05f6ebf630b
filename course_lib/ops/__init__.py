"""Primitives: arrays in, `(output, vjp)` out; no graph. Memory and threads, which only they use."""
