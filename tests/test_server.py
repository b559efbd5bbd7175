"""How the web server is told to begin and to end."""

from types import SimpleNamespace

from eventops.letters.deliver import DEADLINE
from eventops.server import OPTIONS, end_jobs


def test_server_waits_longer_than_a_letter_takes() -> None:
    """With the worker inside, nobody is killed between a letter's acceptance and its record."""
    assert OPTIONS["graceful_timeout"] > DEADLINE.total_seconds()


def test_server_ends_when_its_jobs_never_began() -> None:
    """A process that could not start its application leaves without a second error."""
    process = SimpleNamespace()
    end_jobs(None, process)
    assert vars(process) == {}
