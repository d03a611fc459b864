"""What `make run` needs and production replaces: the embedded database, object store, PKI and token."""
