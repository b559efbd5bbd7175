"""The language stands in the address; Accept-Language chooses it once."""

from __future__ import annotations

import pytest
from flask import Flask

from eventops.languages import LANGUAGES
from eventops.routes import anyone


@pytest.fixture
def app(bare_app: Flask) -> Flask:
    """An application with a page in each language, which takes forms too."""

    @anyone
    def page(slug: str) -> str:
        return slug

    bare_app.add_url_rule("/<language:language>/<slug>/page/one", view_func=page, methods=["GET", "POST"])
    return bare_app


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("fi", "fi"),
        ("sv-FI, sv;q=0.9, fi;q=0.8", "sv"),
        ("no", "nb"),
        ("nn-NO, en;q=0.5", "nb"),
        ("nb_NO", "nb"),
        ("da;q=0.3, fi;q=0.7", "fi"),
        ("de, fr", "en"),
        ("de, da;q=0.1", "da"),
        ("fi;q=0, sv", "sv"),
        ("*", "en"),
        ("fi;q=high", "en"),
        ("x" * 500, "en"),
    ],
)
def test_language_is_chosen_by_what_the_browser_asks_for(app: Flask, accepted: str, language: str) -> None:
    """An address without a language leads to the best of ours, and says that it depends on the header."""
    response = app.test_client().get("/day/page/one?x=%C3%A5&y", headers={"Accept-Language": accepted})
    assert (response.status_code, response.location) == (302, f"/{language}/day/page/one?x=%C3%A5&y")
    assert response.headers["Vary"] == "Accept-Language"


def test_language_of_a_form_keeps_method_and_body(app: Flask) -> None:
    """307 makes the browser send it again to the address with the language (RFC 9110 section 15.4.8)."""
    response = app.test_client().post("/day/page/one", headers={"Accept-Language": "da"})
    assert (response.status_code, response.location) == (307, "/da/day/page/one")


def test_language_is_added_once_and_to_pages_that_there_are(app: Flask) -> None:
    """An address that has a language gets no second one, nor does one that leads nowhere with it."""
    client = app.test_client()
    paths = ("/en/page/one", "/fi/nothing/at/all", "/nothing/at/all", "/xx/day/page/one", "//evil.example/page/one")
    assert [client.get(path).status_code for path in paths] == [404] * 5


def test_language_switch_leads_to_the_same_page(app: Flask) -> None:
    """Each page names itself in every language, in the language's own name, and marks its own."""
    with app.test_request_context("/sv/day/page/one"):
        app.preprocess_request()
        context: dict[str, object] = {}
        app.update_template_context(context)
    assert context["language"] == "sv"
    assert context["language_links"] == [
        (code, name, f"/{code}/day/page/one", code == "sv") for code, name in LANGUAGES.items()
    ]


def test_language_is_repeated_in_the_addresses_a_page_names(app: Flask) -> None:
    """Links stay in the reader's language unless another is named."""
    with app.test_request_context("/nb/day/page/one"):
        app.preprocess_request()
        assert app.url_for("page", slug="x") == "/nb/x/page/one"
        assert app.url_for("page", slug="x", language="fi") == "/fi/x/page/one"
