"""`eventops time`: the same instant on other zones' clocks, from the command line."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import click

from eventops.times import Reading, UncertainTime, offset_text, parse_wall, to_instant, utc_text, zone


def convert(
    wall_text: str, *, from_zone: str, to_zones: Sequence[str], reading: Reading | None = None
) -> tuple[str, bool]:
    """A wall time of one zone on the clocks of others: a tab-separated line, and whether it is certain.

    A wall time that clocks skip or repeat gives, without `reading`, "! nonexistent" or "! ambiguous", the earlier and
    the later instant in UTC. Raises ValueError, its message one line, for malformed text or an unknown zone.
    """
    try:
        instant = to_instant(parse_wall(wall_text), from_zone, reading)
    except UncertainTime as uncertain:
        return f"! {uncertain.kind}\t{utc_text(uncertain.earlier)}\t{utc_text(uncertain.later)}", False
    return "\t".join(offset_text(instant, key) for key in to_zones), True


class _Refused(click.ClickException):
    exit_code = 2


class _OneLineCommand(click.Command):
    """Refuses options in one line too, where click would print its usage above."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as refused:
            raise _Refused(" ".join(refused.format_message().split())) from None


@click.command("time", cls=_OneLineCommand)
@click.argument("wall")
@click.option("--from", "from_zone", metavar="ZONE", required=True, help="Whose clocks show WALL: Europe/Helsinki.")
@click.option("--to", "to_zones", metavar="ZONE", required=True, multiple=True, help="A column each.")
@click.option("--reading", type=click.Choice(["earlier", "later"]), help="Where clocks skip or repeat WALL.")
@click.pass_context
def time_command(
    ctx: click.Context, wall: str, from_zone: str, to_zones: tuple[str, ...], reading: Reading | None
) -> None:
    """Show a wall time on other zones' clocks.

    WALL is YYYY-MM-DD HH:MM[:SS] (or with a T) without offset; - reads one a line from standard input and writes a
    line for each, CRLF or not, the last one ended or not. Nothing in gives nothing out; a blank line is malformed.

    Where clocks skip or repeat WALL and no --reading is given, the line is "! nonexistent" or "! ambiguous" with the
    earlier and the later instant in UTC, and the exit status is 1. Malformed input and unknown zones are found
    before anything is printed: one line on standard error, exit status 2.
    """
    try:
        for key in (from_zone, *to_zones):
            zone(key)
        convert_one = partial(convert, from_zone=from_zone, to_zones=to_zones, reading=reading)
        converted = _convert_lines(_standard_input(), convert_one) if wall == "-" else [convert_one(wall)]
    except ValueError as refused:
        raise _Refused(str(refused)) from None
    for line, _ in converted:
        click.echo(line)
    ctx.exit(0 if all(certain for _, certain in converted) else 1)


def _standard_input() -> list[str]:
    # Bytes that are no UTF-8 become a malformed line and not a crash; some editors begin a file with a BOM.
    with click.open_file("-", "rb") as stream:
        text = stream.read().decode("utf-8-sig", errors="replace")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


def _convert_lines(texts: Iterable[str], convert_one: Callable[[str], tuple[str, bool]]) -> list[tuple[str, bool]]:
    converted = []
    for number, text in enumerate(texts, 1):
        try:
            converted.append(convert_one(text))
        except ValueError as refused:
            raise ValueError(f"line {number}: {refused}") from None
    return converted
