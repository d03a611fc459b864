"""The stages of the flow: one file, one pure function `stage(input) -> frozen result`.

No stage knows Ray, HTTP, SQL or S3.
"""
