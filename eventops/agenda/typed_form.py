"""A plain form as an organiser typed it, read field by field; what is wrong stands beside the field."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict

from eventops.agenda.countries import countries
from eventops.agenda.events import readings_in_words
from eventops.agenda.models import YEARS, Event
from eventops.agenda.pictures import BadPicture, Picture, Use, picture_fault, read_picture
from eventops.plain_https import is_plain_https
from eventops.times import Reading, UncertainTime, UnknownZone, parse_wall, to_instant, to_wall, zone
from eventops.typed import LONGEST_TEXT, email_fault, fault_text, plain_lines, text_fault

Fields = MultiDict[str, str]
Files = MultiDict[str, FileStorage]

LONGEST_LINE = 200
MOST_PICTURES = 10
MOST_ROWS = 300
"""Of what there may be several of, such as public hours."""

_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass
class TypedForm:
    """Field by field, as typed. Reading a field that is wrong gives something empty and adds to `errors`."""

    typed: dict[str, str] = field(default_factory=dict)
    revision: str = ""
    """The one that the form began from."""
    files: dict[str, bytes] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """By field, in the order in which they were read."""
    uncertain: dict[str, list[tuple[Reading, str]]] = field(default_factory=dict)
    """For a wall time that clocks skip or repeat: each reading, and both clocks' words for it."""
    _pictures: int = 0
    """How many were read."""

    @classmethod
    def sent(cls, form: Fields, files: Files, lists: Collection[str] = ()) -> TypedForm:
        """What a browser sent. Of fields in `lists` all values count, joined by commas, of others the first."""
        typed = {name: ",".join(form.getlist(name)) if name in lists else value for name, value in form.items()}
        uploads = {name: file.stream.read() for name, file in files.items()}
        return cls(typed, form.get("revision", ""), {name: data for name, data in uploads.items() if data})

    def __getitem__(self, name: str) -> str:
        return self.typed.get(name, "")

    def chosen(self, name: str) -> list[str]:
        """The values of a field that has several."""
        return [value for value in self[name].split(",") if value]

    def line(self, name: str, longest: int = LONGEST_LINE, missing: str = "") -> str:
        """A text of one line; with `missing`, the complaint when it is empty."""
        text = self[name].strip()
        self.complain(name, fault_text(text_fault(text, longest), longest) or ("" if text else missing))
        return text

    def text(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """A text of any number of lines."""
        text = plain_lines(self[name])
        self.complain(name, fault_text(text_fault(text, longest, is_one_line=False), longest))
        return text

    def lines(self, name: str, languages: Iterable[str], missing: str = "") -> dict[str, str]:
        """Texts of one line by language, from fields such as `title_fi`; without the empty ones."""
        found = {code: self.line(f"{name}_{code}") for code in languages}
        if missing and not any(found.values()):
            self.complain(f"{name}_{next(iter(found), 'en')}", missing)
        return {code: text for code, text in found.items() if text}

    def texts(self, name: str, languages: Iterable[str]) -> dict[str, str]:
        """Texts of several lines by language."""
        found = {code: self.text(f"{name}_{code}") for code in languages}
        return {code: text for code, text in found.items() if text}

    def number(self, name: str, lowest: int, highest: int) -> int | None:
        """A whole number in bounds; None when nothing was typed."""
        typed = self[name].strip()
        if not typed:
            return None
        number = int(typed) if _DIGITS.fullmatch(typed) else -1
        if lowest <= number <= highest:
            return number
        complaint = _("Write a whole number from %(lowest)s to %(highest)s.", lowest=lowest, highest=highest)
        self.complain(name, complaint)
        return None

    def address(self, name: str) -> str:
        """The address of a page elsewhere; may be empty."""
        url = self[name].strip()
        if url and not is_plain_https(url):
            self.complain(name, _("Write the whole address of the page, beginning with https://"))
        return url

    def email(self, name: str, missing: str) -> str:
        """One e-mail address."""
        email = self[name].strip()
        fault = email_fault(email)
        self.complain(name, missing if fault == "email_missing" else fault_text(fault))
        return email

    def day(self, name: str) -> date | None:
        """A date in the years of events."""
        try:
            day = date.fromisoformat(self[name]) if _DAY.fullmatch(self[name]) else None
        except ValueError:
            day = None
        if day is not None and day.year in YEARS:
            return day
        self.complain(name, _("Write a date."))
        return None

    def zone(self, name: str, is_needed: bool = True) -> str:
        """A time zone by its key."""
        key = self[name].strip()
        try:
            return zone(key).key if key or is_needed else ""
        except UnknownZone:
            self.complain(name, _("Choose one of the time zones in the list, such as Europe/Helsinki."))
            return ""

    def zones(self, name: str) -> list[str]:
        """The keys of several time zones, each once."""
        try:
            return [zone(key).key for key in dict.fromkeys(self.chosen(name))]
        except UnknownZone:
            self.complain(name, _("Choose among the time zones."))
            return []

    def country(self, name: str) -> str:
        """The two letters of a country (ISO 3166-1); may be empty."""
        code = self[name].strip().upper()
        if code and code not in countries("en"):
            self.complain(name, _("Write the two letters of a country, such as FI for Finland."))
        return code

    def instant(self, event: Event, name: str, zone: str = "") -> datetime | None:
        """The instant, in UTC, of a wall time in `zone`, by default the home zone; None where it is wrong or empty."""
        if not self[name]:
            return None
        instant: datetime | None = None
        try:
            instant = to_instant(parse_wall(self[name]), zone or event.home_zone)
        except UncertainTime as error:
            instant = self._chosen_reading(event, name, error)
        except ValueError:
            pass
        is_instant = instant is not None and instant.year in YEARS
        self.complain(name, "" if is_instant else _("Write a date and a time."))
        return instant if is_instant else None

    def put_instant(self, event: Event, name: str, instant: datetime | None) -> None:
        """Let the field hold an instant, on the home zone's clock; where that shows it twice, with which is meant."""
        if instant is None:
            return
        wall = to_wall(instant, event.home_zone)
        self.typed[name] = wall.isoformat(timespec="minutes")
        try:
            to_instant(wall, event.home_zone)
        except UncertainTime as error:
            self.typed[f"{name}_reading"] = "earlier" if instant == error.earlier else "later"
            self.uncertain[name] = readings_in_words(event, error)

    def picture(self, name: str, use: Use) -> Picture | None:
        """An uploaded photo or logo. Drawing them takes time, so a form may bring a few."""
        data = self.files.get(name)
        if not data:
            return None
        self._pictures += 1
        if self._pictures > MOST_PICTURES:
            many = _("At most %(number)s pictures at once. Save, then add the others.", number=MOST_PICTURES)
            self.complain(name, many)
            return None
        try:
            return read_picture(data, use)
        except BadPicture as error:
            self.complain(name, picture_fault(error))
            return None

    def rows(self, name: str, fields: Collection[str]) -> list[int]:
        """The numbers of the rows of `name` that say something in one of `fields`, such as `link_0_url`.

        Rows that are to be removed are left out.
        """
        return [
            number
            for number in range(MOST_ROWS)
            if any(self[f"{name}_{number}_{field}"].strip() for field in fields) and not self[f"{name}_{number}_remove"]
        ]

    def differing(self, stored: TypedForm, names: Iterable[str]) -> list[str]:
        """Those of the fields that say something else in `stored`."""
        return [name for name in names if plain_lines(self[name]) != plain_lines(stored[name])]

    def complain(self, name: str, complaint: str) -> None:
        """The field is wrong, where there is a complaint. The first one counts."""
        if complaint:
            self.errors.setdefault(name, str(complaint))

    def _chosen_reading(self, event: Event, name: str, error: UncertainTime) -> datetime | None:
        """The one that was chosen of this very time, which stays chosen when the form is shown again; or ask."""
        self.uncertain[name] = readings_in_words(event, error)
        if self[f"{name}_asked"] in ("", self[name]) and self[f"{name}_reading"] in ("earlier", "later"):
            return error.earlier if self[f"{name}_reading"] == "earlier" else error.later
        self.typed.pop(f"{name}_reading", None)
        is_skipped = error.kind == "nonexistent"
        skipped = _("Clocks are set forward then and skip this time. Choose which is meant.")
        repeated = _("Clocks are set back then and show this time twice. Choose which is meant.")
        self.complain(name, skipped if is_skipped else repeated)
        return None


def with_others(event: Event, stored: dict[str, str], typed: dict[str, str]) -> dict[str, str]:
    """What was typed, and what is stored in languages that the event has no fields for any more."""
    return {code: text for code, text in stored.items() if code not in event.languages} | typed
