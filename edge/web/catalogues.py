"""The page's texts in other languages: one gettext catalogue for each, whose keys are the English texts."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from edge.system.memory import release_memory

log = logging.getLogger(__name__)
ENGLISH = "en"
# A browser's list of languages may be long; the first ones decide.
WANTED_MAX = 10
LINE = re.compile(r'(?:(msgctxt|msgid|msgstr)\s+)?"((?:[^"\\]|\\.)*)"\s*$')
# A catalogue's header ends with the first empty line.
HEADER_MAX_LINES = 100
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def read_po(text: str) -> dict[str, str]:
    """The translated entries of a catalogue in gettext's `.po` format; "" is the key of its header.

    Fuzzy, obsolete and empty entries are left out, as msgfmt does. Raises ValueError for a line that it can't read,
    an entry that stands twice, and what no catalogue here uses: contexts and plural forms.
    """
    entries: dict[str, str] = {}
    part, fuzzy = "", False
    fields = {"msgid": "", "msgstr": ""}

    def finish() -> None:
        nonlocal part
        if part and fields["msgid"] in entries:
            raise ValueError(f"{fields['msgid']!r} stands twice")
        if part and fields["msgstr"] and (not fuzzy or not fields["msgid"]):
            entries[fields["msgid"]] = fields["msgstr"]
        part = ""

    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            if part == "msgstr":
                finish()
                fuzzy = False
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        match = LINE.match(line.strip())
        if match is None or match[1] == "msgctxt" or not (match[1] or part):
            raise ValueError(f"line {number} can't be read")
        if match[1] == "msgid":
            if part == "msgstr":
                finish()
                fuzzy = False
            fields = {"msgid": "", "msgstr": ""}
        part = match[1] or part
        fields[part] += re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), match[2])
    finish()
    return entries


@dataclass(frozen=True)
class Packed:
    """A catalogue as the page gets it: JSON, compressed by gzip, and the tag by which a browser knows it again."""

    content: bytes
    tag: str


class Catalogues:
    """The catalogues of a folder, each read when a page first asks for it. A new file is a new language."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.stem: path for path in sorted(folder.glob("*.po"))}
        self._names: dict[str, str] | None = None
        self._packed: dict[str, Packed] = {}

    @property
    def names(self) -> dict[str, str]:
        """What each language calls itself, by code, sorted by name."""
        if self._names is None:
            found = {code: self._name(code) for code in self._files}
            self._names = dict(sorted(({ENGLISH: "English"} | found).items(), key=lambda item: item[1]))
        return self._names

    def best(self, wanted: str) -> str:
        """The first language that there is, of codes such as "de-AT,fr"; English if there is none of them."""
        for code in wanted.split(",")[:WANTED_MAX]:
            short = code.strip().lower().partition("-")[0]
            if short == ENGLISH or short in self._files:
                return short
        return ENGLISH

    def packed(self, wanted: str) -> Packed:
        """{"language", "languages", "texts"}: the best language, all names, and its texts by the English ones."""
        code = self.best(wanted)
        if code not in self._packed:
            content = gzip.compress(self._body(code), mtime=0)
            self._packed[code] = Packed(content, f'"{hashlib.sha256(content).hexdigest()[:16]}"')
            # All texts were in memory for a moment.
            release_memory()
        return self._packed[code]

    def _body(self, code: str) -> bytes:
        texts = {key: text for key, text in self._read(code).items() if key}
        return json.dumps({"language": code, "languages": self.names, "texts": texts}, ensure_ascii=False).encode()

    def _name(self, code: str) -> str:
        """What a language calls itself; its code, if its file doesn't say that at its beginning."""
        try:
            with self._files[code].open(encoding="utf-8") as file:
                entries = read_po("".join(itertools.islice(itertools.takewhile(str.strip, file), HEADER_MAX_LINES)))
        except (OSError, ValueError):
            return code
        return _header(entries).get("X-Language-Name", code)

    def _read(self, code: str) -> dict[str, str]:
        """A language's entries; none for English, and for a file that can't be read."""
        if code not in self._files:
            return {}
        try:
            return read_po(self._files[code].read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            log.warning("web: %s: %s; the page stays English", self._files[code].name, error)
            return {}


def _header(entries: dict[str, str]) -> dict[str, str]:
    lines = (line.partition(":") for line in entries.get("", "").splitlines())
    return {name.strip(): value.strip() for name, _, value in lines}
