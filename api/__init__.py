"""The thin front: HTTP in, one durable write out. It holds no state; Ray, models and signer are not imported here."""
