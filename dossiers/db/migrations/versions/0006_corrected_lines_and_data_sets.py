"""Corrected lines, data sets, and dossiers that nobody may learn from.

The front writes corrections of lines and reads them; it neither sees nor makes data sets. A worker (the janitor) takes
lines and sets out of use; only the owner, an operator at the command line, makes or fetches one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

API, WORKER = "hoso_api", "hoso_worker"
GRANTS = (
    (API, "SELECT, INSERT ON line_corrections"),
    (API, "USAGE ON SEQUENCE line_corrections_id_seq"),
    (WORKER, "SELECT, DELETE ON line_corrections"),
    (WORKER, "SELECT ON data_set_lines"),
    (WORKER, "SELECT, DELETE ON data_sets"),
    (WORKER, "UPDATE (lines, manifest_sha256, digest, gone_at, purged_at) ON data_sets"),
    (WORKER, "DELETE ON data_set_lines"),
)


def upgrade() -> None:
    op.create_table(
        "line_corrections",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("dossier_id", sa.UUID(), nullable=False),
        sa.Column("page_id", sa.UUID(), nullable=False),
        sa.Column("lines_key", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("polygon", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_line_corrections_dossier_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["page_id"], ["pages.id"], name=op.f("fk_line_corrections_page_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_corrections")),
    )
    op.create_index(op.f("ix_line_corrections_dossier_id"), "line_corrections", ["dossier_id"], unique=False)
    op.create_index("ix_line_corrections_page_id_line", "line_corrections", ["page_id", "line"], unique=False)
    op.create_table(
        "data_sets",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("manifest_sha256", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_sets")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_data_sets_name_version")),
    )
    op.create_table(
        "data_set_lines",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("data_set_id", sa.UUID(), nullable=False),
        sa.Column("dossier_id", sa.UUID(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_sets.id"], name=op.f("fk_data_set_lines_data_set_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_data_set_lines_dossier_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_set_lines")),
        sa.UniqueConstraint(
            "data_set_id", "sha256", "provenance", name=op.f("uq_data_set_lines_data_set_id_sha256_provenance")
        ),
    )
    op.create_index(op.f("ix_data_set_lines_dossier_id"), "data_set_lines", ["dossier_id"], unique=False)
    op.create_table(
        "training_refusals",
        sa.Column("dossier_id", sa.UUID(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_training_refusals_dossier_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_training_refusals")),
    )
    for role, rights in GRANTS:
        op.execute(f"GRANT {rights} TO {role}")


def downgrade() -> None:
    for table in ("training_refusals", "data_set_lines", "data_sets", "line_corrections"):
        op.drop_table(table)
