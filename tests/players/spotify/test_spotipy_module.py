"""spotipy is loaded without redis, and leaves a redis that somebody else loaded alone."""

from __future__ import annotations

import subprocess
import sys

import pytest


def printed(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_redis_is_not_loaded() -> None:
    code = """
import sys
from edge.players.spotify import api
print([name for name in sys.modules if name.split(".")[0] == "redis"])
"""
    assert printed(code) == "[]"


def test_a_redis_that_is_loaded_already_stays() -> None:
    pytest.importorskip("redis")
    code = """
import sys
import redis
from edge.players.spotify import api
print(sys.modules["redis"] is redis)
"""
    assert printed(code) == "True"


def test_redis_can_be_imported_afterwards() -> None:
    pytest.importorskip("redis")
    code = """
from edge.players.spotify import api
import redis
print(hasattr(redis, "Redis"))
"""
    assert printed(code) == "True"
