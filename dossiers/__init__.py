"""The domain that every room shares: dossier, document, page, field, step, audit, and its two adapters.

Pure types and rules, plus the PostgreSQL adapter (`dossiers.db`) and the object-store adapter
(`dossiers.store`). Nothing here knows HTTP, Ray, torch or PKCS#11.
"""
