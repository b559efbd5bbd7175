"""A worker in a process of its own, for tests: sends what is due at NOW once it reads a line, and says how many."""

import sys

from eventops import create_app
from eventops.letters.deliver import deliver_due
from tests.apps import settings_for
from tests.letters.kinds import NOW, REAL_NOW, add_templates


def main(database_url: str, mail_url: str) -> None:
    app = create_app(settings_for(database_url, mail_url=mail_url))
    add_templates(app)
    with app.app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        print(deliver_due(NOW, REAL_NOW), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
