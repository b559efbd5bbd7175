"""Forms as a browser without JavaScript posts them: read from the page, changed, sent."""

from __future__ import annotations

from typing import Any

import lxml.html
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse


def send_form(client: FlaskClient, path: str, action: str = "", **changes: Any) -> TestResponse:
    """Send a form of the page with some fields changed, the first one whose address ends with `action`.

    A list stands for several fields of one name, for none of them when it is empty.
    """
    page = lxml.html.document_fromstring(client.get(path).text)
    forms = [form for form in page.forms if form.method == "POST" and not (form.action or "").endswith("/sign-out")]
    form = next(form for form in forms if (form.action or path).endswith(action))
    fields = MultiDict(form.form_values())
    for name, value in changes.items():
        fields.setlist(name, value if isinstance(value, list) else [value])
    return client.post(form.action or path, data=fields)


def publish_desk(client: FlaskClient, slug: str, **changes: Any) -> TestResponse:
    """Look at what publishing would change, and publish it."""
    return send_form(client, f"/en/desk/{slug}/publish", "/publish", **changes)
