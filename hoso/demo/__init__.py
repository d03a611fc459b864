"""`hoso demo`: three sample dossiers travel the whole path through the public API, before one's eyes."""
