"""The library requests, loaded without what isn't used here, for 3 MB of memory.

charset_normalizer guesses the encoding of text, but all answers that are read here are JSON or bytes. urllib3 asks for
the version of its HTTP/2 library, and loads the reading of installed packages for that, but HTTP/2 is never on.
"""

from __future__ import annotations

import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

_GUESSES_ENCODINGS, _HTTP2, _ZIP = "charset_normalizer", "urllib3.http2", "zipfile"


def _http2_stand_in() -> ModuleType:
    """The package `urllib3.http2` without its own code; its modules can be imported."""
    package = ModuleType(_HTTP2)
    spec = find_spec("urllib3")
    package.__path__ = [str(Path(place) / "http2") for place in (spec and spec.submodule_search_locations) or ()]
    return package


def _zip_stand_in() -> ModuleType:
    """A module `zipfile` for which no file is a ZIP file: requests looks for certificates in them."""
    module = ModuleType(_ZIP)
    module.is_zipfile = lambda _: False  # type: ignore[attr-defined]
    return module


# None makes an import fail. Whoever has loaded them already keeps them.
_stand_ins = {_GUESSES_ENCODINGS: None, _HTTP2: _http2_stand_in(), _ZIP: _zip_stand_in()}
_replaced = [name for name, module in _stand_ins.items() if sys.modules.setdefault(name, module) is module]  # type: ignore[arg-type]
try:
    with warnings.catch_warnings():
        # That charset_normalizer is missing.
        warnings.simplefilter("ignore")
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.connection import HTTPConnection, HTTPSConnection
        from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
        from urllib3.exceptions import HTTPError, ReadTimeoutError
finally:
    for _name in _replaced:
        del sys.modules[_name]

__all__ = [
    "HTTPAdapter",
    "HTTPConnection",
    "HTTPConnectionPool",
    "HTTPError",
    "HTTPSConnection",
    "HTTPSConnectionPool",
    "ReadTimeoutError",
    "requests",
]
