"""Audit rows stay: the database itself refuses to change or delete them

A batch operation on audit_entries makes the table anew on SQLite and loses its triggers: make them again after it.

Revision ID: 5d7e2f90b1a4
Revises: 8b3d5e0c41f2
Create Date: 2026-11-22 17:00
"""

from alembic import op


revision = "5d7e2f90b1a4"
down_revision = "8b3d5e0c41f2"
branch_labels = None
depends_on = None

WHY = "the audit trail is only ever added to"


def upgrade():
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER audit_entries_no_{verb} BEFORE {verb.upper()} ON audit_entries "
                f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
    )
    for verb, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER audit_entries_no_{verb} BEFORE {verb.upper()} ON audit_entries "
            f"FOR EACH {each} EXECUTE FUNCTION audit_entries_stay()"
        )


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_entries_no_{verb}")
        return
    for verb in ("update", "delete", "truncate"):
        op.execute(f"DROP TRIGGER audit_entries_no_{verb} ON audit_entries")
    op.execute("DROP FUNCTION audit_entries_stay()")
