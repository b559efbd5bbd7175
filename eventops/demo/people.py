"""Who plays the demo: fictional people at example.org, and the staff."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who signed up on 15 April 2024."""

    name: str
    email: str
    mode: str
    language: str
    is_invited: bool = False
    """Has the right to the closed afternoon."""
    confirms: bool = True
    cancels: bool = False


GUESTS = (
    Guest("Aino Esimerkki", "aino@example.org", "onsite", "fi"),
    Guest("Mads Eksempel", "mads@example.org", "online", "da"),
    Guest("Freja Prøve", "freja@example.org", "onsite", "da", is_invited=True),
    Guest("Onni Malli", "onni@example.org", "online", "fi", is_invited=True),
    Guest("Stina Exempel", "stina@example.org", "onsite", "sv", cancels=True),
    Guest("Ola Prøvesen", "ola@example.org", "online", "nb", confirms=False),
)

STAFF = {
    "owner": "Outi Omistaja",
    "editor": "Erik Redaktør",
    "reception": "Ritva Vastaanotto",
    "door": "Dorte Dør",
    "observer": "Olav Observatør",
}


def staff_email(role: str) -> str:
    """The address that the account of a role signs in with."""
    return f"{role}@example.org"
