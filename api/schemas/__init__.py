"""What goes in and out, typed, each with an example that the API documents show."""
