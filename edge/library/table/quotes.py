"""Lines of a CSV file whose quotation mark is never closed, which would swallow all rows below them. Pure."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator

# A cell with more lines than this isn't one.
ROW_LINES_MAX = 50


def closed(lines: Iterable[str], delimiter: str, mended: Callable[[int], object] = lambda _: None) -> Iterator[str]:
    """The lines, without quotation marks that aren't closed within ROW_LINES_MAX lines.

    mended: called with the number of each line that lost one.
    """
    source = iter(lines)
    waiting: deque[str] = deque()
    number = 0
    while (line := waiting.popleft() if waiting else next(source, None)) is not None:
        number += 1
        if line.count('"') % 2 and _is_open(line, delimiter):
            # Until the row ends, or is too long to be one.
            row = [line]
            while len(row) < ROW_LINES_MAX:
                following = waiting.popleft() if waiting else next(source, None)
                if following is None:
                    break
                row.append(following)
                if following.count('"') % 2 and not _is_open("".join(row), delimiter):
                    break
            if _is_open("".join(row), delimiter):
                before, _, behind = line.rpartition('"')
                line = before + behind
                mended(number)
                waiting.extendleft(reversed(row[1:]))
            else:
                yield from row[:-1]
                number += len(row) - 1
                line = row[-1]
        yield line


def _is_open(text: str, delimiter: str) -> bool:
    """Whether a row ends within a quoted cell."""
    try:
        for _ in csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False
