"""The model registry: versions, champions, evaluations, shadow runs; which models a worker runs.

Only the owner registers and promotes. A worker may look, count what a challenger read, and remove files nobody uses;
it cannot make itself another champion. The front and the signer have no part in it: what a challenger read reaches
nobody's desk.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORKER = "hoso_worker"
GRANTS = (
    "SELECT ON model_versions, model_champions, shadow_runs, shadow_readings",
    "UPDATE (removed_at) ON model_versions",
    "UPDATE (pages, lines, differing, failed, skipped) ON shadow_runs",
    "INSERT, DELETE ON shadow_readings",
    "USAGE ON SEQUENCE shadow_readings_id_seq",
)


def upgrade() -> None:
    op.create_table(
        "model_versions",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_versions")),
        sa.UniqueConstraint("role", "name", "version", name=op.f("uq_model_versions_role_name_version")),
        sa.UniqueConstraint("role", "sha256", name=op.f("uq_model_versions_role_sha256")),
    )
    op.create_table(
        "model_champions",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("version_id", sa.UUID(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.Column("promoted_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("promoted_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["model_versions.id"], name=op.f("fk_model_champions_version_id")),
        sa.ForeignKeyConstraint(["previous_id"], ["model_champions.id"], name=op.f("fk_model_champions_previous_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_champions")),
    )
    op.create_index("ix_model_champions_newest", "model_champions", ["role", sa.text("id DESC")])
    op.create_table(
        "model_evaluations",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("suite", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_evaluations")),
    )
    op.create_index("ix_model_evaluations_newest", "model_evaluations", ["sha256", "suite", sa.text("id DESC")])
    _shadow()
    op.add_column("workers", sa.Column("models", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("pages", sa.Column("detector", sa.Text(), server_default="", nullable=False))
    for grant in GRANTS:
        op.execute(f"GRANT {grant} TO {WORKER}")


def _shadow() -> None:
    op.create_table(
        "shadow_runs",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("version_id", sa.UUID(), nullable=False),
        sa.Column("challenger", sa.Text(), nullable=False),
        sa.Column("champion", sa.Text(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("pages", "lines", "differing", "failed", "skipped")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["model_versions.id"], name=op.f("fk_shadow_runs_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_runs")),
    )
    op.create_index(
        "uq_shadow_runs_active", "shadow_runs", ["role"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "shadow_readings",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("dossier_id", sa.UUID(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("polygon", postgresql.JSONB(), nullable=False),
        sa.Column("champion", sa.Text(), nullable=False),
        sa.Column("champion_text", sa.Text(), nullable=False),
        sa.Column("champion_confidence", sa.Double(), nullable=False),
        sa.Column("challenger", sa.Text(), nullable=False),
        sa.Column("challenger_text", sa.Text(), nullable=False),
        sa.Column("challenger_confidence", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["shadow_runs.id"], name=op.f("fk_shadow_readings_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_shadow_readings_dossier_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_readings")),
    )
    for column in ("run_id", "dossier_id", "at"):
        op.create_index(op.f(f"ix_shadow_readings_{column}"), "shadow_readings", [column])


def downgrade() -> None:
    op.drop_column("pages", "detector")
    op.drop_column("workers", "models")
    for table in ("shadow_readings", "shadow_runs", "model_evaluations", "model_champions", "model_versions"):
        op.drop_table(table)
