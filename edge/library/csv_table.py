"""Reads songs and their features from a CSV file, such as a public table of Spotify tracks or the user's own export."""

from __future__ import annotations

import csv
import math
import stat
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from edge.errors import TableError
from edge.library.table.cells import artist_names, known, song_uri
from edge.library.table.columns import ASSUMED_SHOWN_MAX, REQUIRED_COLUMNS, Columns, find_columns, is_export, is_header
from edge.library.table.encoding import Encoding, find_encoding
from edge.library.table.numbers import (
    SHARES,
    UNIT,
    ColumnStatistics,
    Scale,
    find_scales,
    has_decimal_comma,
    is_missing,
    parse_number,
)
from edge.library.table.quotes import closed
from edge.songs import FEATURES, SONG_MOODS, Features, Song, isrc_key, match_key
from edge.text import ADDRESS_MAX_CHARS, clean, printable

FIELD_LENGTH_MAX = 1_000_000
# Some millions of songs.
TABLE_MAX_BYTES = 2**30
DELIMITERS = ",;\t|"
# Lines of a title or a remark that may precede the header.
PREAMBLE_LINES_MAX = 20
# A table with more than this share of unusable rows isn't understood.
FAULTY_SHARE_MAX = 0.5
# Faults that are told one by one.
FAULTS_SHOWN_MAX = 3
Row = tuple[int, list[str]]


def read_table(
    path: Path, *, tell: Callable[[str], None] = lambda _: None, features_required: bool = True
) -> list[Song]:
    """Return the songs of a table, without repeats. Rows may lack valence or energy.

    features_required: False to accept an export without columns of audio features.
    tell: called with one line about what was assumed and left out, unless that is nothing. A row whose valence or
    energy isn't a number is left out. Raises TableError, which names the file and, for a bad value, line and column.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise TableError(f"{path}: isn't a file; name an existing CSV file")
        csv.field_size_limit(FIELD_LENGTH_MAX)
        return _Reader(path, features_required=features_required).songs(tell)
    except FileNotFoundError:
        raise TableError(f"{path}: there is no such file; name an existing CSV file") from None
    except IsADirectoryError:
        raise TableError(f"{path}: is a folder; name the CSV file in it") from None
    except OSError as error:
        raise TableError(f"{path}: can't be read ({error.strerror}); check its permissions") from None
    except csv.Error as error:
        raise TableError(f"{path}: isn't a CSV table ({error}); export it again as CSV") from None


class _Reader:
    """Reads one table, in two passes: the second needs the scales that the first finds."""

    def __init__(self, path: Path, *, features_required: bool = True) -> None:
        """Raises TableError if the columns aren't those of a table of songs."""
        self._path, self._features_required = path, features_required
        if path.stat().st_size > TABLE_MAX_BYTES:
            raise TableError(f"{path}: has more than {TABLE_MAX_BYTES >> 20} MB; keep only the songs that you need")
        self._encoding: Encoding = find_encoding(path)
        self._delimiter, self._header_row, self._columns = self._find_header()
        self._scales: dict[str, Scale] = {}
        self._decimal_commas = 0
        self._rows = 0
        self._faults: list[str] = []
        self._unclosed: set[int] = set()
        self._faulty = 0
        self._left_out = 0

    def songs(self, tell: Callable[[str], None]) -> list[Song]:
        self._scales = self._find_scales()
        songs: dict[str, Song] = {}
        for line, row in self._data():
            self._rows += 1
            if (song := self._song(line, row)) is not None:
                songs.setdefault(song.uri, song)
        if not self._rows:
            raise TableError(f"{self._path}: contains no songs, only the column names; add a line for each song")
        if not songs or self._faulty >= FAULTY_SHARE_MAX * self._rows:
            raise TableError(f"{self._path}, {self._faults[0]}; correct it, or leave it empty")
        if remark := self._remark():
            tell(printable(f"{self._path}: {remark}"))
        return list(songs.values())

    # What the table looks like.

    def _find_header(self) -> tuple[str, int, Columns]:
        """The delimiter, the number of rows up to the header, and the columns."""
        best: tuple[int, str, int, Columns] | None = None
        for delimiter in DELIMITERS:
            for index, row in enumerate(islice(self._read(delimiter), PREAMBLE_LINES_MAX)):
                columns = find_columns(row)
                complete = not columns.missing or (not self._features_required and is_export(columns))
                if complete and (best is None or len(row) > best[0]):
                    best = len(row), delimiter, index + 1, columns
                if complete:
                    break
        if best is None:
            raise self._without_columns()
        return best[1:]

    def _without_columns(self) -> TableError:
        headers = [next((row for row in self._read(mark) if is_header(row)), []) for mark in DELIMITERS]
        header = max(headers, key=len)
        if not header:
            return TableError(f"{self._path}: is empty; its first line must name the columns")
        columns = find_columns(header)
        missing = columns.missing
        shown = ", ".join(cell.strip()[:40] for cell in header[:12]) + (", ..." if len(header) > 12 else "")
        plural = "s" if len(missing) > 1 else ""
        fix = (
            f"; add its songs to the library with `moodroom library features --from {self._path} --reccobeats`"
            if is_export(columns)
            else ""
        )
        return TableError(f"{self._path}: lacks the column{plural} {' and '.join(missing)}; it has {shown}{fix}")

    def _find_scales(self) -> dict[str, Scale]:
        statistics = {name: ColumnStatistics() for name in SHARES if name in self._columns.places}
        for _, row in self._data():
            for name, found in statistics.items():
                text = self._cell(row, name)
                if is_missing(text):
                    continue
                try:
                    found.add(parse_number(text))
                except ValueError:
                    continue
                self._decimal_commas += has_decimal_comma(text)
        return find_scales(statistics, self._columns.percent)

    def _remark(self) -> str:
        """What was assumed and left out, in one line; empty where there is nothing to say."""
        how = [self._encoding.remark] if self._encoding.remark else []
        if self._decimal_commas:
            how.append("with decimal commas")
        by_scale: dict[Scale, list[str]] = {}
        for name, scale in self._scales.items():
            by_scale.setdefault(scale, []).append(name)
        how += [
            f"{', '.join(names)} from {scale.low:g} to {scale.high:g}"
            for scale, names in by_scale.items()
            if scale != UNIT
        ]
        if assumed := self._columns.assumed:
            more = ", ..." if len(assumed) > ASSUMED_SHOWN_MAX else ""
            how.append(f"with the columns {', '.join(assumed[:ASSUMED_SHOWN_MAX])}{more}")
        parts = [f"read {', '.join(how)}"] if how else []
        if self._faulty:
            cells = self._faulty - self._left_out
            counts = [f"{self._left_out} of {self._rows} rows"] if self._left_out else []
            counts += [f"{cells} other cell{'s' if cells > 1 else ''}"] if cells else []
            parts.append(f"left out {' and '.join(counts)}: {'; '.join(self._faults)}{self._more_faults()}")
        if self._unclosed:
            first = min(self._unclosed)
            more = f" and {len(self._unclosed) - 1} others" if len(self._unclosed) > 1 else ""
            parts.append(f"a quotation mark isn't closed in line {first}{more}; it was left out")
        return "; ".join(parts)

    def _more_faults(self) -> str:
        return "; ..." if self._faulty > len(self._faults) else ""

    # Rows.

    def _read(self, delimiter: str) -> Iterator[list[str]]:
        with self._path.open(encoding=self._encoding.codec, errors=self._encoding.errors, newline="") as file:
            yield from csv.reader(closed(file, delimiter), delimiter=delimiter)

    def _data(self) -> Iterator[Row]:
        """The rows below the header that aren't empty, each with its line."""
        with self._path.open(encoding=self._encoding.codec, errors=self._encoding.errors, newline="") as file:
            lines = closed(file, self._delimiter, self._unclosed.add)
            rows = csv.reader(lines, delimiter=self._delimiter)
            for row in islice(rows, self._header_row, None):
                if any(cell.strip() for cell in row):
                    yield rows.line_num, row

    def _cell(self, row: list[str], key: str) -> str:
        column = self._columns.places.get(key)
        return clean(row[column].strip(), ADDRESS_MAX_CHARS) if column is not None and column < len(row) else ""

    def _song(self, line: int, row: list[str]) -> Song | None:
        """The song of a row; None for a row that can't be used, which is counted."""
        numbers: dict[str, Any] = {}
        fault = None
        for name in FEATURES:
            try:
                numbers[name] = self._number(self._cell(row, name), name)
            except ValueError as error:
                fault = fault or f"line {line}: {name}: {error}"
                if name in REQUIRED_COLUMNS:
                    self._count(fault, left_out=True)
                    return None
        artist, title = artist_names(known(self._cell(row, "artist"))), known(self._cell(row, "title"))
        isrc = isrc_key(self._cell(row, "isrc"))
        uri = song_uri(known(self._cell(row, "id")), isrc, match_key(artist, title))
        if uri is None:
            self._count(f"line {line}: names no song; fill in the id, the ISRC, or the artist and title", left_out=True)
            return None
        if fault:
            self._count(fault, left_out=False)
        # Other tables name their moods differently; only Moodroom's moods count as labels.
        mood = next((name for name in SONG_MOODS if name == self._cell(row, "mood").lower()), None)
        return Song(uri, title, artist, known(self._cell(row, "album")), isrc, Features(**numbers), mood)

    def _count(self, fault: str, *, left_out: bool) -> None:
        self._faulty += 1
        self._left_out += left_out
        if len(self._faults) < FAULTS_SHOWN_MAX:
            self._faults.append(fault)

    def _number(self, text: str, name: str) -> float | None:
        """A cell's value, scaled to 0..1 if it is a share; None if it isn't known. Raises ValueError, in words."""
        if is_missing(text):
            return None
        try:
            value = parse_number(text)
        except ValueError:
            raise ValueError(f"{text[:40]!r} isn't a number") from None
        scale = self._scales.get(name, UNIT)
        low, high = (scale.low, scale.high) if name in SHARES else FEATURES[name]
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError(f"{text[:40]} isn't within {low:g} to {high:g}")
        return scale.share(value) if name in SHARES else value
