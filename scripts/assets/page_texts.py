"""Finds every text that the page shows, and keeps the catalogues in edge/web/languages in step with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from edge.web.catalogues import read_po

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ROOT / "edge" / "web" / "languages"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
SCRIPT_CALL = re.compile(r"""(?<![\w.$])(?:t|key)\(\s*((?:"(?:[^"\\\n]|\\.)*"(?:\s*\+\s*)?)+)""")
SCRIPT_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
# Which argument of a call in the program is a sentence that the page may show.
PROGRAM_CALLS = {"Sentence": 0, "refused": 1, "RefusedRequest": 1, "_available": 1}
# Answers that only other programs get: requests as the page never sends them.
TECHNICAL = (400, 404, 405, 408, 413, 415, 422)


class _Markup(HTMLParser):
    """Collects the content of elements with data-t, and the values of attributes data-t-NAME."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.found += [value or "" for name, value in attrs if name.startswith("data-t-")]
        if "data-t" in names:
            self._open = tag, []

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._open is not None and self._open[0] == tag:
            self.found.append(" ".join("".join(self._open[1]).split()))
            self._open = None


def in_markup(text: str) -> list[str]:
    """The texts of an HTML file."""
    markup = _Markup()
    markup.feed(text)
    return markup.found


def in_script(text: str) -> list[str]:
    """The texts of a JavaScript file: literal arguments of t() and key()."""
    code = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    calls = (match[1] for match in SCRIPT_CALL.finditer(code))
    return ["".join(re.sub(r"\\(.)", r"\1", part) for part in SCRIPT_TEXT.findall(call)) for call in calls]


def in_program(text: str) -> list[str]:
    """The texts of a Python file: literal arguments of Sentence(), and of what refuses a request."""
    return [one for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) for one in _literals(node)]


def _literals(call: ast.Call) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    index = PROGRAM_CALLS.get(name)
    if index is None or len(call.args) <= index:
        return
    status = call.args[0]
    if index == 1 and name != "_available" and getattr(status, "value", None) in (None, *TECHNICAL):
        return
    for node in _choices(call.args[index]):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _choices(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _choices(node.body)
        yield from _choices(node.orelse)
    else:
        yield node


def all_texts(root: Path = ROOT) -> dict[str, set[str]]:
    """Every text, with the files that show it, relative to the project."""
    found: dict[str, set[str]] = {}
    for suffix, read in ((".html", in_markup), (".js", in_script), (".py", in_program)):
        for path in sorted((root / "edge").rglob(f"*{suffix}")):
            for text in read(path.read_text(encoding="utf-8")):
                found.setdefault(text, set()).add(path.relative_to(root).as_posix())
    return found


def missing(entries: dict[str, str], texts: dict[str, set[str]]) -> list[str]:
    """The texts that a catalogue lacks."""
    return sorted(set(texts) - set(entries), key=_order)


def wrong(entries: dict[str, str]) -> list[str]:
    """The texts whose translation has other placeholders, or other spaces at its ends."""
    return [
        key
        for key, text in entries.items()
        if key and (set(PLACEHOLDER.findall(key)) != set(PLACEHOLDER.findall(text)) or text != text.strip())
    ]


def renewed(catalogue: str, texts: dict[str, set[str]]) -> str:
    """The catalogue with every text, sorted; new ones are empty, and those that nothing shows any more are removed."""
    entries = read_po(catalogue)
    blocks = ['msgid ""\nmsgstr ""\n' + "".join(f"{_quoted(line)}\n" for line in entries[""].splitlines(keepends=True))]
    for text in sorted(texts, key=_order):
        places = "".join(f"#: {place}\n" for place in sorted(texts[text]))
        blocks.append(f"{places}msgid {_quoted(text)}\nmsgstr {_quoted(entries.get(text, ''))}\n")
    return "\n".join(blocks)


def _order(text: str) -> tuple[str, str]:
    return text.lower(), text


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
