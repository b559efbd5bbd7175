"""A small server that stands for the door's side of eventops, so that the scanner is tested by itself."""

import json
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Any

from flask import Flask, Response, abort, render_template_string, request
from werkzeug.serving import make_server

from eventops.headers import DECODER, POLICY, SCANNER_POLICY
from tests.browser.served import Served

STATIC = "eventops/static"
WORDS = {
    "admitted": {"word": "Welcome", "sentence": "Let the guest in."},
    "already_in": {"word": "Already in", "sentence": "Ask what happened."},
    "refused": {"word": "Not admitted", "sentence": "Send the guest to reception."},
    "online_only": {"word": "Online ticket", "sentence": "Send the guest to reception."},
    "problem": {"word": "Problem", "sentence": "Try again."},
    "no_answer": {"word": "No answer", "sentence": "Try again."},
    "unauthorised": {"word": "No key", "sentence": "Give the door its key."},
    "unreadable": {"word": "Unreadable", "sentence": "Type the code."},
    "ready": "Ready.",
    "checking": "Checking.",
    "no_camera": "No camera.",
    "no_decoder": "The camera's reader did not load.",
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Door</title>
<script type="module" src="/static/checkin/scanner.js"></script></head>
<body><main id="scanner" data-scan-url="/scans" data-decoder="/decoder/checkin/decoder.js" data-words="{{ words }}">
<video muted playsinline></video>
<p id="line"></p>
<button type="button" id="camera">Start camera</button>
<button type="button" id="torch" hidden>Light</button>
<button type="button" id="again" hidden>Try again</button>
<form id="typed"><label>Code <input name="code" autocomplete="off"></label><button>Check</button></form>
<form id="key" hidden><label>Key <input name="token" autocomplete="off"></label><button>Use</button></form>
<div id="verdict" role="status" aria-live="assertive">
<p class="word"></p><p class="name"></p><p class="sentence"></p></div>
</main></body></html>"""


@dataclass(frozen=True)
class Received:
    """A request as it came, and when, by monotonic()."""

    json: dict[str, Any]
    authorization: str | None
    at: float


def answer(verdict: str, reason: str | None = None, **more: object) -> dict[str, object]:
    """What the server says of one scan."""
    return {"verdict": verdict, "reason": reason, "name": None, "first_scan_at": None, **more}


class DoorStub(Served):
    """Serves the page at `url`; answers by code, or fails as `failures` says, first come first failed."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.answers: dict[str, dict[str, object]] = {}
        self.failures: list[int | str] = []
        self.broken_decoders: list[str | None] = []
        """Scripts to serve in the decoder's place, first come first served; None for no script at all."""
        self._over = Event()
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def codes(self) -> list[str]:
        """The codes received so far, in order."""
        return [scan["code"] for received in self.requests for scan in received.json["scans"]]

    def __exit__(self, *error: Any) -> None:
        self._over.set()
        super().__exit__(*error)

    def _app(self) -> Flask:
        app = Flask(__name__, root_path=".", static_folder=STATIC)
        app.add_url_rule("/", view_func=self._page)
        app.add_url_rule("/scans", view_func=self._scans, methods=["POST"])
        app.add_url_rule("/decoder/<path:filename>", view_func=self._decoder(app))
        app.after_request(add_policy)
        return app

    def _page(self) -> str:
        return render_template_string(PAGE, words=json.dumps(WORDS))

    def _decoder(self, app: Flask) -> Any:
        def serve(filename: str) -> Response:
            if not filename.endswith(DECODER.strip("/")) or not self.broken_decoders:
                return app.send_static_file(filename)
            script = self.broken_decoders.pop(0) or abort(503)
            return Response(script, mimetype="text/javascript")

        return serve

    def _scans(self) -> Any:
        body = request.get_json()
        self.requests.append(Received(body, request.headers.get("Authorization"), monotonic()))
        if self.failures:
            return self._fail(self.failures.pop(0))
        unknown = answer("refused", "unknown_code")
        return {"results": [{"id": scan["id"], **self.answers.get(scan["code"], unknown)} for scan in body["scans"]]}

    def _fail(self, failure: int | str) -> str:
        if isinstance(failure, int):
            abort(failure)
        if failure == "silence":
            self._over.wait(10)
        return failure


def add_policy(response: Response) -> Response:
    """The policies under which the real page and its files are served."""
    scanner = request.path == "/" or request.path.endswith(DECODER)
    response.headers["Content-Security-Policy"] = SCANNER_POLICY if scanner else POLICY
    return response
