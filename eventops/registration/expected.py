"""How many people are expected onsite?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from eventops.agenda.attendance import Crowd
from eventops.db import db
from eventops.registration.models import Admission, Registration


def expected_people(event_id: UUID, crowds: Iterable[Crowd]) -> dict[Crowd, int]:
    """The confirmed onsite people of each crowd, everybody counted once: in two statements."""
    coming = (
        Registration.event_id == event_id,
        Registration.state == "confirmed",
        Registration.attendance_mode == "onsite",
    )
    everybody = db.session.scalar(select(func.count()).select_from(Registration).where(*coming)) or 0
    admitted: defaultdict[UUID, set[UUID]] = defaultdict(set)
    query = (
        select(Admission.audience_id, Admission.registration_id)
        .join(Registration, Registration.id == Admission.registration_id)
        .where(*coming, Admission.revoked_at.is_(None))
    )
    for audience_id, person in db.session.execute(query):
        admitted[audience_id].add(person)
    return {crowd: len(set().union(*(admitted[id] for id in crowd))) if crowd else everybody for crowd in crowds}
