"""The audit trail: who did what to what, and when. Rows are only ever added."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event

from eventops.db import db
from eventops.staff.models import AuditEntry
from eventops.viewer import current_viewer

_WORD = re.compile(r"[a-z][a-z0-9_.]{0,59}")


def record(
    action: str, subject_id: UUID | None, *, event_id: UUID | None, now: datetime, **details: UUID | int | str | None
) -> None:
    """Add what the current viewer just did, inside the write() that does it.

    Details are ids, numbers and words of our own vocabularies; ValueError for anything else, which might be
    about a person.
    """
    viewer = current_viewer()
    db.session.add(
        AuditEntry(
            event_id=event_id,
            at=now,
            account_id=viewer.account_id if viewer else None,
            action=_impersonal(action),
            subject_id=subject_id,
            details={name: _impersonal(value) for name, value in details.items()},
        )
    )


def _impersonal(value: UUID | int | str | None) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and not _WORD.fullmatch(value):
        raise ValueError("the audit trail keeps ids, numbers and words of ours")
    return value


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse(*_arguments: object) -> None:
    raise RuntimeError("the audit trail is only ever added to")
