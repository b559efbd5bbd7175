"""The language stands in the URL. Accept-Language chooses it once, by a redirect."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_babel import Babel
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, RequestRedirect

from eventops.languages import DEFAULT_LANGUAGE, LANGUAGES


class LanguageConverter(BaseConverter):
    """The first segment of a page's path."""

    regex = "|".join(LANGUAGES)


def init_language(app: Flask) -> None:
    """Read the language from each URL, write it into each, and send visitors without one to theirs."""
    app.url_map.converters["language"] = LanguageConverter
    Babel(app, locale_selector=current_language, default_translation_directories="translations")

    @app.url_value_preprocessor
    def read(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "language" in values:
            g.language = values.pop("language")

    @app.url_defaults
    def repeat(endpoint: str, values: dict[str, Any]) -> None:
        if "language" not in values and app.url_map.is_endpoint_expecting(endpoint, "language"):
            values["language"] = current_language()

    @app.context_processor
    def words() -> dict[str, Any]:
        return {"language": current_language(), "language_links": language_links()}


def current_language() -> str:
    """The language of the page being made; for an address without one, what the browser asks for."""
    if "language" not in g:
        g.language = preferred_language()
    language: str = g.language
    return language


def preferred_language() -> str:
    """The best of ours by Accept-Language (RFC 9110 section 12.5.4); English outside of a request."""
    if not request:
        return DEFAULT_LANGUAGE
    asked = [(tag.replace("-", "_").split("_")[0].lower(), q) for tag, q in request.accept_languages]
    for tag, quality in asked:
        tag = "nb" if tag in ("no", "nn") else tag
        if quality > 0 and tag in LANGUAGES:
            return tag
    return DEFAULT_LANGUAGE


def language_links() -> list[tuple[str, str, str, bool]]:
    """(code, own name, URL of this page in it, is it this one) for the switch.

    Empty where a page has one language, and where it only answers a form: its address cannot be called up.
    """
    rule = request.url_rule if request else None
    if rule is None or "language" not in rule.arguments or "GET" not in (rule.methods or ()):
        return []
    values = dict(request.view_args or {})
    return [
        (code, name, url_for(rule.endpoint, **{**values, "language": code}), code == current_language())
        for code, name in LANGUAGES.items()
    ]


def redirect_to_language() -> Response | None:
    """An address that lacks only its language goes to the reader's; a form posted there keeps method and body."""
    if request.path.split("/")[1] in LANGUAGES or not request.path.isprintable():
        return None
    path = f"/{preferred_language()}{request.path}"
    try:
        current_app.create_url_adapter(request).match(path, method=request.method)  # type: ignore[union-attr]
    except RequestRedirect:
        pass
    except HTTPException:
        return None
    query = request.query_string.decode("ascii", "replace")
    status = 302 if request.method in ("GET", "HEAD") else 307
    response = current_app.make_response(redirect(path + (f"?{query}" if query else ""), status))
    response.headers["Vary"] = "Accept-Language"
    return response
