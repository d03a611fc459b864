"""Typed settings and the YAML that describes procedures, forms and agencies. Imports nothing of Hoso."""
