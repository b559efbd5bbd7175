"""Second factors, audiences and invitations

Revision ID: 8b3d5e0c41f2
Revises: 4f1c2a9d7e30
Create Date: 2026-11-22 16:10
"""

import uuid

import sqlalchemy as sa
from alembic import op


revision = "8b3d5e0c41f2"
down_revision = "4f1c2a9d7e30"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "device_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("door_ids", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_device_links_created_by_accounts")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_device_links_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_links")),
    )
    with op.batch_alter_table("device_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_links_event_id"), ["event_id"], unique=False)

    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_codes_account_id"), ["account_id"], unique=False)

    op.create_table(
        "role_demands",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_role_demands_event_id_events")),
        sa.PrimaryKeyConstraint("event_id", "role", name=op.f("pk_role_demands")),
    )
    op.create_table(
        "team_invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_team_invitations_event_id_events")),
        sa.ForeignKeyConstraint(["invited_by"], ["accounts.id"], name=op.f("fk_team_invitations_invited_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_invitations")),
    )
    with op.batch_alter_table("team_invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_invitations_event_id"), ["event_id"], unique=False)

    op.create_table(
        "guest_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=40), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["audience_id"], ["audiences.id"], name=op.f("fk_guest_lists_audience_id_audiences")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_guest_lists_event_id_events")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_guest_lists_made_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_lists")),
    )
    with op.batch_alter_table("guest_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guest_lists_event_id"), ["event_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("by_letter", sa.Boolean(), nullable=False),
        sa.Column("granted_through", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("answer IN ('', 'accepted', 'declined', 'replaced')", name=op.f("ck_invitations_answer")),
        sa.ForeignKeyConstraint(["audience_id"], ["audiences.id"], name=op.f("fk_invitations_audience_id_audiences")),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_invitations_created_by_accounts")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_invitations_event_id_events")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_invitations_registration_id_registrations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("audience_id", "email_key", name=op.f("uq_invitations_audience_id_email_key")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index("ix_invitations_event_email_key", ["event_id", "email_key"], unique=False)

    op.create_table(
        "door_sessions",
        sa.Column("door_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["door_id"], ["doors.id"], name=op.f("fk_door_sessions_door_id_doors")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_door_sessions_session_id_sessions")),
        sa.PrimaryKeyConstraint("door_id", "session_id", name=op.f("pk_door_sessions")),
    )
    op.create_table(
        "published_blocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_published_blocks_event_id_events")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_published_blocks_session_id_sessions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_blocks")),
        sa.UniqueConstraint("session_id", name=op.f("uq_published_blocks_session_id")),
    )
    with op.batch_alter_table("published_blocks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_published_blocks_event_id"), ["event_id"], unique=False)

    op.create_table(
        "substitutes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_substitutes_decided_by_accounts")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_substitutes_event_id_events")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_substitutes_invitation_id_invitations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitutes")),
    )
    with op.batch_alter_table("substitutes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_substitutes_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_substitutes_invitation_id"), ["invitation_id"], unique=False)

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("totp_secret", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("totp_step", sa.Integer(), nullable=True))

    with op.batch_alter_table("admissions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("granted_through", sa.String(length=10), server_default="hand", nullable=False))

    with op.batch_alter_table("device_tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("door_ids", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("link_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("name", sa.String(length=60), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_device_tokens_event_id"), ["event_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_device_tokens_link_id_device_links"), "device_links", ["link_id"], ["id"]
        )

    devices, connection = (
        sa.table(
            "device_tokens", sa.column("id", sa.Uuid), sa.column("door_id", sa.Uuid), sa.column("door_ids", sa.JSON)
        ),
        op.get_bind(),
    )
    for device_id, door_id in connection.execute(sa.select(devices.c.id, devices.c.door_id)).all():
        connection.execute(devices.update().where(devices.c.id == device_id).values(door_ids=[str(door_id)]))

    with op.batch_alter_table("device_tokens", schema=None) as batch_op:
        batch_op.alter_column("door_ids", existing_type=sa.JSON(), nullable=False)
        batch_op.drop_index(batch_op.f("ix_device_tokens_door_id"))
        batch_op.drop_constraint(batch_op.f("fk_device_tokens_door_id_doors"), type_="foreignkey")
        batch_op.drop_column("door_id")

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shows_block", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(
            sa.Column("names_itself_in_calendars", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage", sa.String(length=10), server_default="whole", nullable=False))
        batch_op.add_column(sa.Column("browser", sa.String(length=60), server_default="", nullable=False))


def downgrade():
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.drop_column("browser")
        batch_op.drop_column("stage")

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("names_itself_in_calendars")
        batch_op.drop_column("shows_block")

    with op.batch_alter_table("device_tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("door_id", sa.Uuid(), nullable=True))

    devices, connection = (
        sa.table(
            "device_tokens", sa.column("id", sa.Uuid), sa.column("door_id", sa.Uuid), sa.column("door_ids", sa.JSON)
        ),
        op.get_bind(),
    )
    for device_id, door_ids in connection.execute(sa.select(devices.c.id, devices.c.door_ids)).all():
        # A device had one door before; one without any was let in nowhere.
        of_device = devices.c.id == device_id
        connection.execute(
            devices.update().where(of_device).values(door_id=uuid.UUID(door_ids[0]))
            if door_ids
            else devices.delete().where(of_device)
        )

    with op.batch_alter_table("device_tokens", schema=None) as batch_op:
        batch_op.alter_column("door_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_constraint(batch_op.f("fk_device_tokens_link_id_device_links"), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f("fk_device_tokens_door_id_doors"), "doors", ["door_id"], ["id"])
        batch_op.drop_index(batch_op.f("ix_device_tokens_event_id"))
        batch_op.create_index(batch_op.f("ix_device_tokens_door_id"), ["door_id"], unique=False)
        batch_op.drop_column("name")
        batch_op.drop_column("link_id")
        batch_op.drop_column("door_ids")

    with op.batch_alter_table("admissions", schema=None) as batch_op:
        batch_op.drop_column("granted_through")

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_column("totp_step")
        batch_op.drop_column("totp_secret")

    with op.batch_alter_table("substitutes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_substitutes_invitation_id"))
        batch_op.drop_index(batch_op.f("ix_substitutes_event_id"))

    op.drop_table("substitutes")
    with op.batch_alter_table("published_blocks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_published_blocks_event_id"))

    op.drop_table("published_blocks")
    op.drop_table("door_sessions")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index("ix_invitations_event_email_key")

    op.drop_table("invitations")
    with op.batch_alter_table("guest_lists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guest_lists_event_id"))

    op.drop_table("guest_lists")
    with op.batch_alter_table("team_invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_invitations_event_id"))

    op.drop_table("team_invitations")
    op.drop_table("role_demands")
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_codes_account_id"))

    op.drop_table("recovery_codes")
    with op.batch_alter_table("device_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_links_event_id"))

    op.drop_table("device_links")
