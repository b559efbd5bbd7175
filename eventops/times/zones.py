"""Time zones by their IANA key. zoneinfo makes every one of them."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# Files of a zone directory that describe this machine, or no place at all.
_NOT_PLACES = {"localtime", "posixrules", "Factory"}


class UnknownZone(ValueError):
    """No such zone. `key` is what was asked for, whole; the message is one line and short."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"unknown time zone {key[:60]!a}")


def zone(key: str) -> ZoneInfo:
    """The zone of an IANA key such as "Europe/Helsinki", in exactly that spelling.

    Raises UnknownZone for any other string, paths and this machine's own settings included.
    """
    # Asked of the list and not of ZoneInfo, which reads files: what is not in the list is never looked for.
    if key not in _known_keys():
        raise UnknownZone(key)
    return ZoneInfo(key)


@cache
def _known_keys() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_PLACES)
