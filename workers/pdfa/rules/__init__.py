"""The clauses of ISO 19005-2 and -3, by subject: file structure, graphics, fonts, interaction, metadata.

Each module has `check(subject)`, which yields a violation for every breach it sees.
"""
