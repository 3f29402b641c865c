"""The web server uvicorn, loaded without what isn't used here, for 3 MB of memory.

Its command line needs click and multiprocessing, and files that configure logging need parsers of their own.
"""

from __future__ import annotations

import sys
from types import ModuleType

_COMMAND_LINE = "uvicorn.main"


def _stand_in(name: str, *attributes: str) -> ModuleType:
    """A module with the names that uvicorn takes from it."""
    module = ModuleType(name)
    for attribute in attributes:
        setattr(module, attribute, None)
    return module


_stand_ins = {
    _COMMAND_LINE: _stand_in(_COMMAND_LINE, "Server", "main", "run"),
    "configparser": _stand_in("configparser", "RawConfigParser"),
    "logging.config": _stand_in("logging.config"),
}
# Whoever has loaded them already keeps them.
_replaced = [name for name, module in _stand_ins.items() if sys.modules.setdefault(name, module) is module]
try:
    from uvicorn.config import Config
    from uvicorn.protocols.http.h11_impl import H11Protocol
    from uvicorn.server import Server
finally:
    for _name in _replaced:
        del sys.modules[_name]

if _COMMAND_LINE in _replaced:
    # For others in this process.
    sys.modules["uvicorn"].Server = Server  # type: ignore[attr-defined]

__all__ = ["Config", "H11Protocol", "Server"]
