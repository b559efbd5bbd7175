"""eventops: runs a hybrid conference day."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from eventops.config import Settings

__version__ = "0.1.0"


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Settings come from EVENTOPS_* where none are given.

    Raises UnsafeSettings or UndeclaredRoute rather than start half safe.
    """
    # Imported here, so that commands which need no application start at once.
    from flask import Flask
    from flask_migrate import Migrate
    from werkzeug.middleware.proxy_fix import ProxyFix

    from eventops.config import Settings, flask_config
    from eventops.db import db, init_db
    from eventops.folders import folder
    from eventops.logs import init_logs
    from eventops.protected import guard
    from eventops.rooms import init_rooms
    from eventops.routes import check_declarations, init_routes
    from eventops.web import init_web

    settings = settings or Settings.from_environ(os.environ)
    init_logs(settings.log_level)
    app = Flask(__name__, template_folder=str(folder("templates")))
    app.config.update(flask_config(settings))
    app.extensions["settings"] = settings
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]

    init_db(app)
    guard(app)
    Migrate(app, db, directory=str(folder("migrations")), render_as_batch=True)

    init_web(app, settings)
    init_routes(app)
    init_rooms(app)
    check_declarations(app)
    return app
