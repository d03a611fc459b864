"""Roles of the processes, and the trigger that keeps the audit log append-only.

Who may do what: only the front writes decisions and signing intents; workers can do neither, so a worker cannot have
anything signed; the signer reads decisions and may touch no field, page or file. Roles are made without login; whoever
installs (or `hoso up`) gives them login and a password.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

API, WORKER, SIGNER = "hoso_api", "hoso_worker", "hoso_signer"

WRITES = {
    API: {
        "INSERT, UPDATE": "dossiers, stage_runs, outbox, fields",
        "INSERT": "files, corrections, events, approvals, signing_intents, audit",
        "INSERT, UPDATE, DELETE": "sessions, uploads, idempotency_keys",
        "UPDATE (state, attempt, not_before)": "signing_intents",
    },
    WORKER: {
        "INSERT, UPDATE": "dossiers, stage_runs",
        "INSERT": "audit",
        "INSERT, UPDATE, DELETE": "files, pages, documents, fields, findings, events, outbox, workers",
        "DELETE": "sessions, uploads, idempotency_keys, corrections",
    },
    SIGNER: {
        "UPDATE": "dossiers, signing_intents",
        "INSERT": "events, outbox, audit",
        "INSERT, UPDATE": "stage_runs",
        "INSERT, UPDATE, DELETE": "workers",
    },
}


def upgrade() -> None:
    for role, grants in WRITES.items():
        op.execute(
            f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        op.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
        op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for rights, tables in grants.items():
            op.execute(f"GRANT {rights} ON {tables} TO {role}")
    op.execute("""
        CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege'; END $$""")
    op.execute("""
        CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""")
    op.execute("""
        CREATE TRIGGER approvals_append_only BEFORE UPDATE OR TRUNCATE ON approvals
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""")


def downgrade() -> None:
    op.execute("DROP TRIGGER approvals_append_only ON approvals")
    op.execute("DROP TRIGGER audit_append_only ON audit")
    op.execute("DROP FUNCTION audit_is_append_only()")
    for role in WRITES:
        op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}")
        op.execute(f"REVOKE USAGE ON SCHEMA public FROM {role}")
