"""`hoso doctor`: each check looks at one thing and says the remedy when it is not well."""
