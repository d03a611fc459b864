"""The addresses, one file for each subject."""
