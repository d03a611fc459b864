"""What reads a page: detector, recogniser, orienter, their weights, and how they are trained and judged."""
