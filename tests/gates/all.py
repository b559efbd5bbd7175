"""All guards, by what they keep."""

from tests.gates import (
    of_abilities,
    of_agenda,
    of_doors,
    of_guests,
    of_letters,
    of_links,
    of_oversight,
    of_requests,
    of_rows,
    of_second_factor,
    of_sign_in,
    of_teams,
)

GUARDS = (
    *of_rows.GUARDS,
    *of_requests.GUARDS,
    *of_sign_in.GUARDS,
    *of_second_factor.GUARDS,
    *of_teams.GUARDS,
    *of_abilities.GUARDS,
    *of_links.GUARDS,
    *of_guests.GUARDS,
    *of_doors.GUARDS,
    *of_letters.GUARDS,
    *of_oversight.GUARDS,
    *of_agenda.GUARDS,
)
