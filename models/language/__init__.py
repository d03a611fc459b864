"""What the recogniser knows of the language: which Vietnamese syllables there are and which follow which, and
which stop follows a word."""
