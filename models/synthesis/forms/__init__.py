"""Forms, as they are printed and filled in by type or hand."""
