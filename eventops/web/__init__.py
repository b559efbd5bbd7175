"""What every page has: language, headers, error pages, template globals."""

from flask import Flask

from eventops.agenda.public_pages import init_public_pages
from eventops.config import Settings
from eventops.web.errors import init_errors
from eventops.web.headers import init_headers
from eventops.web.language import init_language
from eventops.web.origin import init_origin
from eventops.web.pages import init_pages


def init_web(app: Flask, settings: Settings) -> None:
    """Give `app` what every page has."""
    init_public_pages(app)
    init_language(app)
    init_origin(app, settings.base_url)
    init_headers(app, settings.is_https)
    init_errors(app)
    init_pages(app)
