"""The web server uvicorn, loaded without its command line, which needs click and multiprocessing: 2 MB of memory."""

from __future__ import annotations

import sys
from types import ModuleType

_COMMAND_LINE = "uvicorn.main"


def _stand_in() -> ModuleType:
    """A module `uvicorn.main` with the names that the package takes from it."""
    module = ModuleType(_COMMAND_LINE)
    for name in ("Server", "main", "run"):
        setattr(module, name, None)
    return module


_ours = _stand_in()
# Whoever has loaded uvicorn already keeps it.
_replaced = sys.modules.setdefault(_COMMAND_LINE, _ours) is _ours
try:
    from uvicorn.config import Config
    from uvicorn.protocols.http.h11_impl import H11Protocol
    from uvicorn.server import Server
finally:
    if _replaced:
        del sys.modules[_COMMAND_LINE]

if _replaced:
    # For others in this process.
    sys.modules["uvicorn"].Server = Server  # type: ignore[attr-defined]

__all__ = ["Config", "H11Protocol", "Server"]
