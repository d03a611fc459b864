"""From the picture of a page to its lines."""
