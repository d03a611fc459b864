"""Training a detector: pages, the boxes to be found on them, the loss, the task."""
