"""What happens to a dossier after it is queued: the flow, its stages, the pool, the signing stage."""
