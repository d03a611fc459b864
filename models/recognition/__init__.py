"""From the picture of a line to its text."""
