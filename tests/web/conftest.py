"""What tests of pages in general may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from eventops import create_app
from tests.apps import settings_for


@pytest.fixture
def bare_app(tmp_path: Path) -> Flask:
    """An application for what needs no tables."""
    return create_app(settings_for(f"sqlite:///{tmp_path}/bare.sqlite"))
