"""The agenda desk: tracks, roles, photos, what waits in the tray; who changed what and who is at it

Revision ID: a41c6e9d2f08
Revises: 5d7e2f90b1a4
Create Date: 2026-11-23 01:30
"""

from uuid import uuid5

import sqlalchemy as sa
from alembic import op


revision = "a41c6e9d2f08"
down_revision = "5d7e2f90b1a4"
branch_labels = None
depends_on = None


rooms_table = sa.table("rooms", sa.column("id", sa.Uuid()), sa.column("event_id", sa.Uuid()), sa.column("name", sa.String()))
speakers = sa.table(
    "speakers",
    sa.column("id", sa.Uuid()),
    sa.column("event_id", sa.Uuid()),
    sa.column("name", sa.String()),
    sa.column("organisation", sa.String()),
)
published = sa.table(
    "published_sessions", sa.column("id", sa.Uuid()), sa.column("event_id", sa.Uuid()), sa.column("content", sa.JSON())
)
releases = sa.table("releases", sa.column("id", sa.Uuid()), sa.column("event_id", sa.Uuid()), sa.column("agenda", sa.JSON()))

NEW = {"track": None, "track_id": None, "capacity": None, "links": []}
NEW_OF_SPEAKERS = {"role": "speaker", "bio": {}, "photo": None}


def _rewrite(content_of):
    """What was published before says what a release says now, so that nothing seems changed."""
    connection = op.get_bind()
    rooms = {(r.event_id, r.name): str(r.id) for r in connection.execute(sa.select(rooms_table))}
    people = {(s.event_id, s.name, s.organisation): str(s.id) for s in connection.execute(sa.select(speakers))}
    for row in connection.execute(sa.select(published)).all():
        content = content_of(row.content, row.event_id, rooms, people)
        connection.execute(sa.update(published).where(published.c.id == row.id).values(content=content))
    for row in connection.execute(sa.select(releases)).all():
        agenda = [content_of(session, row.event_id, rooms, people) for session in row.agenda]
        connection.execute(sa.update(releases).where(releases.c.id == row.id).values(agenda=agenda))


def _complete(content, event_id, rooms, people):
    named = [
        {"id": people.get((event_id, s["name"], s["organisation"]), str(uuid5(event_id, s["name"])))} | NEW_OF_SPEAKERS | s
        for s in content["speakers"]
    ]
    return content | NEW | {"room_id": rooms.get((event_id, content["room"])), "speakers": named}


def _cut(content, _event_id, _rooms, _people):
    named = [{k: v for k, v in s.items() if k != "id" and k not in NEW_OF_SPEAKERS} for s in content["speakers"]]
    kept = {k: v for k, v in content.items() if k not in NEW and k not in ("room_id", "shows_block")}
    return kept | {"speakers": named}


def upgrade():
    op.create_table("edits",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("event_id", sa.Uuid(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("account_id", sa.Uuid(), nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("what", sa.String(length=20), nullable=False),
    sa.Column("changes", sa.JSON(), nullable=False),
    sa.Column("reverses", sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_edits_account_id_accounts")),
    sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_edits_event_id_events")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_edits")),
    sa.UniqueConstraint("event_id", "number", name=op.f("uq_edits_event_id_number"))
    )
    with op.batch_alter_table("edits", schema=None) as batch_op:
        batch_op.create_index("ix_edits_event_account_number", ["event_id", "account_id", "number"], unique=False)

    op.create_table("images",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("event_id", sa.Uuid(), nullable=False),
    sa.Column("media_type", sa.String(length=20), nullable=False),
    sa.Column("width", sa.Integer(), nullable=False),
    sa.Column("height", sa.Integer(), nullable=False),
    sa.Column("content", sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_images_event_id_events")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_images"))
    )
    with op.batch_alter_table("images", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_images_event_id"), ["event_id"], unique=False)

    op.create_table("tracks",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("event_id", sa.Uuid(), nullable=False),
    sa.Column("name", sa.JSON(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_tracks_event_id_events")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_tracks"))
    )
    with op.batch_alter_table("tracks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tracks_event_id"), ["event_id"], unique=False)

    op.create_table("desk_presences",
    sa.Column("account_id", sa.Uuid(), nullable=False),
    sa.Column("event_id", sa.Uuid(), nullable=False),
    sa.Column("session_id", sa.Uuid(), nullable=True),
    sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_desk_presences_account_id_accounts")),
    sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_desk_presences_event_id_events")),
    sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_desk_presences_session_id_sessions")),
    sa.PrimaryKeyConstraint("account_id", "event_id", name=op.f("pk_desk_presences"))
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("description", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("languages", sa.JSON(), server_default=sa.text("'[\"en\", \"fi\", \"sv\", \"da\", \"nb\"]'"), nullable=False))
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("venue_address", sa.String(length=300), server_default="", nullable=False))
        batch_op.add_column(sa.Column("map_url", sa.String(length=2000), server_default="", nullable=False))
        batch_op.add_column(sa.Column("links", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column("seats", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sign_up_opens_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("sign_up_closes_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("late_letters_minutes", sa.Integer(), server_default="15", nullable=False))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False))
        batch_op.add_column(sa.Column("public_version", sa.Integer(), server_default=sa.text("0"), nullable=False))

    op.execute("UPDATE events SET ends_on = starts_on")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.alter_column("ends_on", existing_type=sa.Date(), nullable=False)

    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("returned_to", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("counts", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("letters", sa.Integer(), server_default=sa.text("0"), nullable=False))

    with op.batch_alter_table("rooms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("address", sa.String(length=300), server_default="", nullable=False))
        batch_op.add_column(sa.Column("accessibility", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("session_speakers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(length=10), server_default="speaker", nullable=False))
        batch_op.create_check_constraint(batch_op.f("ck_session_speakers_role"), "role IN ('speaker', 'moderator', 'chair')")

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("track_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("links", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column("staff_notes", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("sequence", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("public_sequence", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("is_scheduled", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.create_foreign_key(batch_op.f("fk_sessions_track_id_tracks"), "tracks", ["track_id"], ["id"])

    with op.batch_alter_table("speakers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bio", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("photo_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_speakers_photo_id_images"), "images", ["photo_id"], ["id"])

    _rewrite(_complete)
    op.execute(
        "UPDATE sessions SET sequence = (SELECT sequence FROM published_sessions WHERE published_sessions.id = sessions.id)"
    )
    op.execute(
        "UPDATE sessions SET public_sequence = sequence"
        " WHERE id IN (SELECT id FROM published_sessions WHERE access = 'public')"
    )



def downgrade():
    _rewrite(_cut)

    with op.batch_alter_table("speakers", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_speakers_photo_id_images"), type_="foreignkey")
        batch_op.drop_column("deleted_at")
        batch_op.drop_column("photo_id")
        batch_op.drop_column("bio")

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sessions_track_id_tracks"), type_="foreignkey")
        batch_op.drop_column("is_scheduled")
        batch_op.drop_column("public_sequence")
        batch_op.drop_column("sequence")
        batch_op.drop_column("staff_notes")
        batch_op.drop_column("links")
        batch_op.drop_column("capacity")
        batch_op.drop_column("track_id")

    with op.batch_alter_table("session_speakers", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_session_speakers_role"), type_="check")
        batch_op.drop_column("role")

    with op.batch_alter_table("rooms", schema=None) as batch_op:
        batch_op.drop_column("deleted_at")
        batch_op.drop_column("accessibility")
        batch_op.drop_column("address")
        batch_op.drop_column("capacity")

    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.drop_column("letters")
        batch_op.drop_column("counts")
        batch_op.drop_column("returned_to")

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("public_version")
        batch_op.drop_column("revision")
        batch_op.drop_column("late_letters_minutes")
        batch_op.drop_column("sign_up_closes_at")
        batch_op.drop_column("sign_up_opens_at")
        batch_op.drop_column("seats")
        batch_op.drop_column("links")
        batch_op.drop_column("map_url")
        batch_op.drop_column("venue_address")
        batch_op.drop_column("ends_on")
        batch_op.drop_column("languages")
        batch_op.drop_column("description")

    op.drop_table("desk_presences")
    with op.batch_alter_table("tracks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tracks_event_id"))

    op.drop_table("tracks")
    with op.batch_alter_table("images", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_images_event_id"))

    op.drop_table("images")
    with op.batch_alter_table("edits", schema=None) as batch_op:
        batch_op.drop_index("ix_edits_event_account_number")

    op.drop_table("edits")
