"""All guards, by what they keep."""

from tests.gates import of_people, of_requests, of_rows, of_staff

GUARDS = (*of_rows.GUARDS, *of_requests.GUARDS, *of_staff.GUARDS, *of_people.GUARDS)
