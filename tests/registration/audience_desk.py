"""The audiences' desk as organisers use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml.html import HtmlElement
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops.db import db
from eventops.registration.models import Admission, Invitation
from eventops.staff.models import AuditEntry
from tests.apps import changing, reading
from tests.cast import Conference, add_conference
from tests.staff.team import add_staff, csrf_token, page_of, signed_in


@dataclass
class Desk:
    """A browser at the desk, and what it may see of the database."""

    app: Flask
    cast: Conference
    browser: FlaskClient
    token: str

    @property
    def url(self) -> str:
        return f"/en/desk/{self.cast.slug}/audiences"

    @property
    def audience_url(self) -> str:
        return f"{self.url}/{self.cast.audience_id}"

    def post(self, url: str, **fields: object) -> TestResponse:
        return self.browser.post(url, data={"csrf_token": self.token, **fields})

    def grant(self, email: str, **fields: str) -> TestResponse:
        return self.post(f"{self.audience_url}/grant", **{"email": email, "language": "fi", **fields})

    def revoke(self, id: UUID) -> TestResponse:
        return self.post(f"{self.audience_url}/revoke/{id}")

    def paste(self, people: str) -> TestResponse:
        return self.post(f"{self.audience_url}/list", people=people)

    def upload(self, data: bytes, filename: str = "list.csv", **options: Any) -> TestResponse:
        part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        file = part % (b'file"; filename="' + filename.encode(), data)
        body = part % (b"csrf_token", self.token.encode()) + file + b"--x--\r\n"
        kind = "multipart/form-data; boundary=x"
        return self.browser.post(
            f"{self.audience_url}/list",
            input_stream=BytesIO(body),
            content_type=kind,
            content_length=len(body),
            **options,
        )

    def admissions(self) -> dict[str, str]:
        """Through what each person is admitted, by who they are."""
        who = {id: name for name, id in self.cast.people.items()}
        with reading(self.app):
            held = db.session.scalars(select(Admission).where(Admission.revoked_at.is_(None))).all()
            return {who.get(row.registration_id, str(row.registration_id)): row.granted_through for row in held}

    def invitations(self) -> dict[str, Invitation]:
        """By address."""
        with reading(self.app):
            return {row.email: row for row in db.session.scalars(select(Invitation))}

    def audited(self) -> list[str]:
        """What was done, in its order, but for signing in."""
        with reading(self.app):
            rows = db.session.scalars(select(AuditEntry).where(AuditEntry.event_id.is_not(None))).all()
            return [row.action for row in sorted(rows, key=lambda row: row.at)]


OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_desk(app: Flask, spring: None) -> OpenDesk:
    """Opens the desk of the conference in spring, as somebody with a role."""
    with changing(app):
        cast = add_conference()

    def open_as(role: str = "owner") -> Desk:
        add_staff(app, role, cast.event_id)
        browser = signed_in(app, f"{role}@example.org")
        return Desk(app, cast, browser, csrf_token(browser, f"/en/desk/{cast.slug}/audiences"))

    return open_as


@pytest.fixture
def desk(open_desk: OpenDesk) -> Desk:
    """As its owner."""
    return open_desk()


def page(response: TestResponse) -> HtmlElement:
    return page_of(response)


def rows(response: TestResponse, title: str) -> list[list[str]]:
    """The cells of the table below the heading with that id."""
    found = page_of(response).xpath(f"//section[@aria-labelledby='{title}-title']//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th | td/div")] for row in found]


def figures(response: TestResponse) -> dict[str, str]:
    """The counts at the top."""
    terms = page_of(response).xpath("//dl[@class='figures']/div")
    return {term.findtext("dt"): term.findtext("dd") for term in terms}


def complaints(response: TestResponse) -> list[str]:
    """What stands beside fields."""
    return [text.text_content() for text in page_of(response).xpath("//*[@class='field-error']")]


def workbook(*lines: list[object]) -> bytes:
    """An XLSX file with these rows."""
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    file = BytesIO()
    book.save(file)
    return file.getvalue()
