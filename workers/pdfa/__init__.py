"""PDF/A that goes out: writing it, joining it, and checking the clauses of ISO 19005-2 and -3 that it can break."""
