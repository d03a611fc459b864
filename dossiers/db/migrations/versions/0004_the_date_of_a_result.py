"""The date of a result beside its number.

Nghị định 30/2020/NĐ-CP art. 15.3 counts the numbers of an agency anew in each year of issue; the dossier may have been
created in the year before, and the year is Vietnam's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dossiers", sa.Column("result_date", sa.Date(), nullable=True))
    op.execute(
        "UPDATE dossiers SET result_date = (created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date "
        "WHERE result_number IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("dossiers", "result_date")
