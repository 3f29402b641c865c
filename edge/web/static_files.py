"""The page's own files, read once at the start; pages share their head, and two of them one form."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from edge.web.security.gate import refused

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
# What every page has in its head, and the mark in whose place it stands.
HEAD, HEAD_MARK = "head.part", "<!-- head -->"
# The sign-in asks for the password or, before the set-up, for the code: one file, of which each page leaves a part out.
SIGN_IN, SIGN_IN_WAYS = "login.html", {"login.html": "password", "code.html": "code"}
_ONLY = re.compile(r"[ \t]*<!-- only (\w+) -->\n(.*?)[ \t]*<!-- end -->\n", re.DOTALL)
# How a file names another one: an import, a link.
_NAMED = re.compile(r"""["'](?:/static/|\./)([\w.-]+)["']""")


def with_head(page: str, head: str) -> str:
    """The page with the shared head in place of its mark; each file is still sent as a whole."""
    return page.replace(HEAD_MARK, head.strip(), 1)


def only(page: str, way: str) -> str:
    """The page without what stands between `<!-- only WAY -->` and `<!-- end -->` for another way."""
    return _ONLY.sub(lambda found: found[2] if found[1] == way else "", page)


class StaticFiles:
    """Held in memory, so that no request can name a path."""

    def __init__(self, folder: Path) -> None:
        files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in MEDIA_TYPES}
        sign_in = files[SIGN_IN].decode()
        files |= {name: only(sign_in, way).encode() for name, way in SIGN_IN_WAYS.items()}
        head = (folder / HEAD).read_text(encoding="utf-8")
        self._files = {
            name: with_head(content.decode(), head).encode() if name.endswith(".html") else content
            for name, content in files.items()
        }
        self._tags = {name: f'"{hashlib.sha256(content).hexdigest()[:16]}"' for name, content in self._files.items()}

    def needed_by(self, *names: str) -> frozenset[str]:
        """The names of these files, and of all that they name in turn."""
        found, more = set(), set(names)
        while more:
            found |= more
            texts = [self._files[name].decode() for name in more if not name.endswith(".png")]
            more = {name for text in texts for name in _NAMED.findall(text) if name in self._files} - found
        return frozenset(found)

    def answer(self, name: str, request: Request) -> Response:
        if name not in self._files:
            return refused(404, "there is no such page")
        headers = {"cache-control": "no-cache", "etag": self._tags[name]}
        if request.headers.get("if-none-match") == self._tags[name]:
            return Response(status_code=304, headers=headers)
        return Response(self._files[name], media_type=MEDIA_TYPES[Path(name).suffix], headers=headers)
