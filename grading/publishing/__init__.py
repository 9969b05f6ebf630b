"""What authors build and hand out: notebooks, pictures, figures, editions, the demo's class."""
