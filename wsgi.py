"""The WSGI application, for gunicorn and for the flask command."""

from eventops import create_app

app = create_app()
