"""The PostgreSQL adapter: tables, the queue of leases, events, audit. PostgreSQL is the one source of truth."""
