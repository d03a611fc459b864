"""How our own models come to be: commands that need torch and are never imported at run time."""
