"""What was closed at once is a release too, and members' calendars know a session from when it was closed

Revision ID: c93f1b7e54d6
Revises: a41c6e9d2f08
Create Date: 2026-11-23 05:10
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op


revision = "c93f1b7e54d6"
down_revision = "a41c6e9d2f08"
branch_labels = None
depends_on = None


sessions = sa.table("sessions", sa.column("id", sa.Uuid()), sa.column("known_to", sa.JSON()))
published = sa.table("published_sessions", sa.column("id", sa.Uuid()), sa.column("access", sa.String()))
audiences = sa.table(
    "published_session_audiences", sa.column("session_id", sa.Uuid()), sa.column("audience_id", sa.Uuid())
)


def upgrade():
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_closing", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("known_to", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))

    connection, known = op.get_bind(), defaultdict(list)
    query = sa.select(audiences).join(published, published.c.id == audiences.c.session_id)
    for row in connection.execute(query.where(published.c.access == "closed")):
        known[row.session_id].append(str(row.audience_id))
    for id, to in known.items():
        connection.execute(sa.update(sessions).where(sessions.c.id == id).values(known_to=sorted(to)))


def downgrade():
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("known_to")
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.drop_column("is_closing")
