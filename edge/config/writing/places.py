"""Where values and comments stand in a YAML text, and edits at these places. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import yaml

from edge.config.writing import rendering

Entry = tuple[yaml.Node, yaml.Node]
_DOCUMENT_END = re.compile(r"(?m)^\.\.\.[ \t]*(?:#[^\r\n]*)?\r?$(?=(?:\s|#[^\r\n]*)*\Z)")
_COMMENT = re.compile(r"(?<!\S)#[^\r\n]*")


def child(node: yaml.MappingNode, name: str) -> Entry | None:
    """The entry of a section: its key's node and its value's."""
    return next((entry for entry in node.value if entry[0].value == name), None)


def end_of(node: yaml.Node) -> int:
    """Where a value's text ends. A block's own end mark is behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return end_of(last[1] if isinstance(node, yaml.MappingNode) else last)
    return int(node.end_mark.index)


def comments(text: str) -> Counter[str]:
    """The comments in a text, each with its number."""
    return Counter(match[0].rstrip() for gap in _gaps(text, 0, len(text)) for match in _COMMENT.finditer(gap))


def _gaps(text: str, start: int, end: int) -> list[str]:
    """What stands between the tokens from `start` to `end`: spaces, line ends and comments."""
    found, at = [], start
    for token in yaml.scan(text, yaml.SafeLoader):
        if token.start_mark.index >= end:
            break
        if token.start_mark.index > at:
            found.append(text[at : token.start_mark.index])
        if isinstance(token, yaml.ScalarToken) or token.end_mark.index > at:
            at = max(at, _scalar_end(text, token))
    found.append(text[at:end])
    return found


def _scalar_end(text: str, token: yaml.Token) -> int:
    """Where a token ends; a text block (| or >) ends before the empty lines and comments behind it."""
    end = int(token.end_mark.index)
    if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
        return int(token.start_mark.index) + len(text[token.start_mark.index : end].rstrip())
    return end


@dataclass(frozen=True)
class Text:
    """A YAML text; its methods return it with one edit."""

    text: str

    @property
    def _line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def appended(self, lines: list[str]) -> str:
        """The text with more lines at its end."""
        end = self._line_end
        # The document may end before the text does.
        marker = _DOCUMENT_END.search(self.text)
        text, rest = (self.text, "") if marker is None else (self.text[: marker.start()], self.text[marker.start() :])
        before = text if not text.strip("\ufeff") or text.endswith(("\n", "\r")) else text + end
        return before + end.join(lines) + end + rest

    def replaced(self, entry: Entry, value: Any, *, flow: bool) -> str:
        """The text with another value behind a key. Comments within the old value move to lines of their own.

        flow: whether the key stands between braces.
        """
        key, old = entry
        start, end, column = old.start_mark.index, self._end(old), key.start_mark.column
        if not isinstance(old, yaml.CollectionNode) or old.flow_style:
            inside = ""
        else:
            # A block begins on a line of its own; the comment behind the key stays with the key.
            start = self._after_colon(key)
            inside = self.text[start:end]
        kept = [found for gap in _gaps(self.text, start, end) for found in _COMMENT.findall(gap)] if inside else []
        if flow:
            return self.text[:start] + rendering.flow(value, quoted=self._quoted(key)) + self.text[end:]
        below = rendering.lines(value, column + self._step, self._step, always=column == 0)
        first = self._line_break(start if inside else end)
        pad = " " * (column + (self._step if below is not None else 0))
        more = [pad + comment for comment in kept]
        if inside:
            # The key's line up to its comment, then what replaces the block, then what stood behind the block.
            tail = self.text[end : self._line_break(end)].strip()
            head = self.text[start:first]
            kept_first = head.strip() if head.strip().startswith("#") else ""
            more = more[1:] if kept_first else more
            line = self.text[:start] + ("" if below is not None else " " + rendering.flow(value))
            line += f"  {kept_first}" if kept_first else ""
            rows = [*more, *(below or []), *([pad + tail] if tail else [])]
            return line + "".join(self._line_end + row for row in rows) + self.text[self._line_break(end) :]
        if below is None:
            space = " " if self.text[start - 1 : start] == ":" else ""
            shown = space + rendering.flow(value)
            return self.text[:start] + shown + self._aligned(start, len(shown), end) + self.text[end:].lstrip(" ")
        head = self.text[:start].rstrip(" ")
        return head + self.text[end:first] + "".join(self._line_end + row for row in below) + self.text[first:]

    def inserted(self, node: yaml.MappingNode, name: str, value: Any) -> str:
        """The text with one more entry at the end of a section."""
        first, (_, last) = node.value[0][0], node.value[-1]
        end = self._end(last)
        if node.flow_style:
            quoted = self._quoted(first)
            key = rendering.flow(name, quoted=True) if quoted else rendering.scalar(name)
            own_line = first.start_mark.line != node.start_mark.line
            gap = self._line_end + " " * first.start_mark.column if own_line else " "
            return f"{self.text[:end]},{gap}{key}: {rendering.flow(value, quoted=quoted)}{self.text[end:]}"
        column = first.start_mark.column
        below = rendering.lines({name: value}, column, self._step, always=column == 0 and isinstance(value, dict))
        rows = below or [f"{' ' * column}{rendering.scalar(name)}: {rendering.flow(value)}"]
        if column == 0 and self.text.rstrip():
            return Text(self.text).appended(["", *rows] if self._line_end * 2 in self.text else rows)
        place = self._line_break(end)
        return self.text[:place] + "".join(self._line_end + row for row in rows) + self.text[place:]

    def removed(self, section: yaml.MappingNode, entry: Entry) -> str:
        """The text without an entry of a section, and without its lines where it has its own."""
        key, value = entry
        index = section.value.index(entry)
        start, end = key.start_mark.index, self._end(value)
        if section.flow_style:
            if index + 1 < len(section.value):
                return self.text[:start] + self.text[section.value[index + 1][0].start_mark.index :]
            if index:
                return self.text[: self._end(section.value[index - 1][1])] + self.text[end:]
            return self.text[:start] + self.text[end:]
        line, stop = start - key.start_mark.column, self._line_break(end)
        if len(section.value) == 1:
            return self.text[:line] + " " * key.start_mark.column + "{}" + self.text[stop:]
        stop += len(self._line_end) if self.text.startswith(self._line_end, stop) else 0
        return self.text[:line] + self.text[stop:]

    def _end(self, node: yaml.Node) -> int:
        end = end_of(node)
        start = node.start_mark.index
        return start + len(self.text[start:end].rstrip()) if end > start else end

    def _aligned(self, start: int, length: int, end: int) -> str:
        """The spaces behind a new value: a comment there stays in its column, where there is room."""
        gap = len(self.text) - end - len(self.text[end:].lstrip(" "))
        if self.text[end + gap : end + gap + 1] != "#":
            return " " * gap
        return " " * max(1 if gap == 1 else 2, end + gap - start - length)

    def _after_colon(self, key: yaml.Node) -> int:
        return self.text.index(":", key.end_mark.index) + 1

    def _line_break(self, at: int) -> int:
        """Where the line of a place ends."""
        match = re.compile("\r?\n").search(self.text, at)
        return match.start() if match else len(self.text)

    def _quoted(self, key: yaml.Node) -> bool:
        return self.text[key.start_mark.index] == '"'

    @property
    def _step(self) -> int:
        """Columns of one level, as the text's first indented key has them."""
        match = re.search(r"(?m)^[^\s#][^\n]*:[^\n]*\n(?:[ ]*(?:#[^\n]*)?\r?\n)*( +)[^\s#-]", self.text)
        return len(match[1]) if match else 2
