"""requests is loaded without the library that guesses encodings, and leaves one that somebody else loaded alone."""

from __future__ import annotations

import subprocess
import sys

import pytest


def printed(code: str) -> str:
    """What a fresh interpreter prints; a warning is an error."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("module", ["edge.system.http_session", "edge.players.spotify.api", "edge.library.reccobeats"])
def test_it_is_not_loaded(module: str) -> None:
    assert printed(f"import sys, {module}; print('charset_normalizer' in sys.modules)") == "False"


def test_one_that_is_loaded_already_stays() -> None:
    pytest.importorskip("charset_normalizer")
    code = """
import sys
import charset_normalizer
import edge.system.http_session
print(sys.modules["charset_normalizer"] is charset_normalizer)
"""
    assert printed(code) == "True"


def test_it_can_be_imported_afterwards() -> None:
    pytest.importorskip("charset_normalizer")
    code = """
import edge.system.http_session
import charset_normalizer
print(hasattr(charset_normalizer, "from_bytes"))
"""
    assert printed(code) == "True"


def test_the_reading_of_installed_packages_is_not_loaded() -> None:
    code = "import sys, edge.system.http_session; print('importlib.metadata' in sys.modules)"
    assert printed(code) == "False"


def test_http2_of_urllib3_can_be_imported_afterwards() -> None:
    code = "import edge.system.http_session, urllib3.http2; print(callable(urllib3.http2.inject_into_urllib3))"
    assert printed(code) == "True"
