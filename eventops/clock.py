"""The only reader of the clock. Everything else takes `now` as an argument."""

from datetime import UTC, datetime, timedelta

_shift = timedelta(0)


def now() -> datetime:
    """The current instant, in UTC; in the demo, the demo's instant, which runs on from where it was set."""
    return real_now() + _shift


def real_now() -> datetime:
    """The real instant, in UTC, for leases, sign-in sessions and throttles, which no demo may move."""
    return datetime.now(UTC)


def move_to(instant: datetime) -> None:
    """Set the demo's clock. It goes on running from there.

    Raises ValueError for an instant without an offset.
    """
    if instant.tzinfo is None:
        raise ValueError("the clock moves to an instant with an offset")
    global _shift
    _shift = instant - real_now()


def follow_real_time() -> None:
    """Take back every `move_to`."""
    global _shift
    _shift = timedelta(0)
