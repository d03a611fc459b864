"""Which way up a page is."""
