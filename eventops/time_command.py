"""`eventops time`: the same instant on other zones' clocks, from the command line."""

from collections.abc import Sequence

from eventops.times import Reading, UncertainTime, parse_wall, to_instant, utc_text, zone


def answer(wall_text: str, from_zone: str, to_zones: Sequence[str], reading: Reading | None) -> str:
    """One line of output: the wall time of `from_zone` on each of `to_zones`' clocks, ISO 8601, tab-separated.

    For a wall time that clocks skip or repeat, without `reading`: "! nonexistent" or "! ambiguous", the earlier and
    the later instant in UTC. Raises ValueError, its message one line, for malformed text or an unknown zone.
    """
    zones = [zone(key) for key in to_zones]
    try:
        instant = to_instant(parse_wall(wall_text), from_zone, reading)
    except UncertainTime as uncertain:
        return f"! {uncertain.kind}\t{utc_text(uncertain.earlier)}\t{utc_text(uncertain.later)}"
    return "\t".join(instant.astimezone(clock).isoformat() for clock in zones)
