"""From lines on pages to documents with fields: title matching, label finding, geometry, tables, zones.

Everything here is a pure function of lines and of the forms in `config/forms`; no model, no I/O.
"""
