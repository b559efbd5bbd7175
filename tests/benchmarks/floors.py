"""The bare server that ours is held against: hello world, and the claim of a ticket.

It runs as `python -m tests.benchmarks.floors OPTIONS CONNINFO`: gunicorn's options as JSON, and PostgreSQL's address,
which may be empty. Nothing is imported that a bare program would not import.
"""

from __future__ import annotations

import json
import sys
from threading import local
from typing import Any

import psycopg
from flask import Flask, Response, jsonify, request
from gunicorn.app.base import BaseApplication

TABLE = "CREATE TABLE tickets (code text PRIMARY KEY, claimed_at timestamptz)"
CLAIM = "UPDATE tickets SET claimed_at = now() WHERE code = %s AND claimed_at IS NULL"


class Bare(BaseApplication):  # type: ignore[misc]
    """Serves the bare application by the options it is given."""

    def __init__(self, options: dict[str, Any], conninfo: str) -> None:
        self._given, self._conninfo = options, conninfo
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._given.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return make_app(self._conninfo)


def make_app(conninfo: str) -> Flask:
    """GET /hello says hello; POST /claim claims the ticket whose code the JSON names, by one guarded UPDATE."""
    app = Flask(__name__)
    mine = local()

    def connection() -> psycopg.Connection:
        if not hasattr(mine, "connection"):
            mine.connection = psycopg.connect(conninfo)
        kept: psycopg.Connection = mine.connection
        return kept

    @app.get("/hello")
    def hello() -> str:
        return "Hello, World!"

    @app.post("/claim")
    def claim() -> tuple[Response, int]:
        code = request.get_json()["code"]
        claimed = connection().execute(CLAIM, (code,)).rowcount == 1
        connection().commit()
        return jsonify(code=code, claimed=claimed), 200 if claimed else 409

    return app


if __name__ == "__main__":
    Bare(json.loads(sys.argv[1]), sys.argv[2]).run()
