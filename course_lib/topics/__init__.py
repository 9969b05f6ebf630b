"""What one or two lessons need and nobody else, one topic a file."""
