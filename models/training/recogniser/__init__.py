"""Training a recogniser: lines, the head, the task; then what its file says of ranges and confidence."""
