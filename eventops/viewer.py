"""Who is asking. Every row that leaves the server is chosen for one Viewer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Viewer:
    """The default is a stranger, who sees what is public and nothing else."""

    event_id: UUID | None = None
    """The event in which `role`, `registration_id` and `audiences` count. They mean nothing in any other."""
    account_id: UUID | None = None
    role: str | None = None
    """The staff role in that event, or None."""
    registration_id: UUID | None = None
    audiences: frozenset[UUID] = frozenset()
    is_system: bool = False
    """A job or a command, which sees every row and shows none to anybody."""

    @property
    def is_staff(self) -> bool:
        return self.role is not None


ANONYMOUS = Viewer()
SYSTEM = Viewer(is_system=True)

_current: ContextVar[Viewer | None] = ContextVar("viewer", default=None)


def current_viewer() -> Viewer | None:
    """The viewer for whom this thread reads now, or None when nobody was given."""
    return _current.get()


def signed_in_account() -> UUID | None:
    """Whose sign-in it is that is asking; None where nobody signed in."""
    viewer = current_viewer()
    return viewer.account_id if viewer else None


def see_as(viewer: Viewer) -> Token[Viewer | None]:
    """From now on read as `viewer`; undo by `stop_seeing(token)`."""
    return _current.set(viewer)


def stop_seeing(token: Token[Viewer | None]) -> None:
    _current.reset(token)


@contextmanager
def seeing(viewer: Viewer) -> Iterator[None]:
    """Read as `viewer` inside the block."""
    token = see_as(viewer)
    try:
        yield
    finally:
        stop_seeing(token)
