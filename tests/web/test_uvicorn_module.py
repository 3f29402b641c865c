"""uvicorn is loaded without its command line, which stays there for others."""

from __future__ import annotations

import subprocess
import sys


def printed(code: str) -> str:
    """What a fresh interpreter prints; a warning is an error."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_command_line_is_not_loaded() -> None:
    unused = {"click", "multiprocessing", "configparser", "uvicorn.main"}
    code = f"import sys, edge.web.server; print(*{unused!r} & set(sys.modules))"
    assert printed(code) == ""


def test_others_find_it_afterwards() -> None:
    code = """
import edge.web.server
import uvicorn
import uvicorn.main
print(uvicorn.Server is uvicorn.main.Server, callable(uvicorn.main.run))
"""
    assert printed(code) == "True True"


def test_one_that_is_loaded_already_stays() -> None:
    code = """
import uvicorn
run = uvicorn.run
import edge.web.server
print(uvicorn.run is run, uvicorn.main is not None)
"""
    assert printed(code) == "True True"
