"""The library requests, loaded without charset_normalizer: it guesses the encoding of text, which takes 2 MB of memory.

All answers that are read here are JSON or bytes.
"""

from __future__ import annotations

import sys
import warnings

_GUESSES_ENCODINGS = "charset_normalizer"

# None makes an import fail. Whoever has loaded it already keeps it.
_hidden = sys.modules.setdefault(_GUESSES_ENCODINGS, None) is None  # type: ignore[arg-type]
try:
    with warnings.catch_warnings():
        # That it's missing.
        warnings.simplefilter("ignore")
        import requests
        from requests.adapters import HTTPAdapter
finally:
    if _hidden:
        del sys.modules[_GUESSES_ENCODINGS]

__all__ = ["HTTPAdapter", "requests"]
