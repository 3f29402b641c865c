"""Foreign text: cleaned, bounded, printable; JSON that is nested too deeply, wherever it is read."""

from __future__ import annotations

import ast
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.text import TEXT_MAX_CHARS, clean, clean_or_none, is_on, parse_json, printable, to_json

EDGE = Path(__file__).parent.parent / "edge"
# Any code point, also those that no encoding takes.
ANYTHING = st.text(st.characters(exclude_categories=()))


@given(ANYTHING)
def test_cleaned_text_is_one_safe_line_that_every_outlet_can_take(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= TEXT_MAX_CHARS and cleaned.splitlines() in ([], [cleaned])
    assert not [sign for sign in cleaned if unicodedata.category(sign) in ("Cc", "Cs")]
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    cleaned.encode()
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=TEXT_MAX_CHARS))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Café del Mar 👩‍👩‍👧 עברית", "Café del Mar 👩‍👩‍👧 עברית"),
        ("\x1b]0;mine\x07\x1b[31mred\x9b0m", "�]0;mine��[31mred�0m"),
        ("one\r\ntwo\u2028three\tfour", "one  two three four"),
        ("a\ud83d b\udce9", "a� b�"),
        ("abc\u202ecba\u202c", "abccba"),
        ("nul\x00", "nul�"),
    ],
)
def test_what_terminals_and_encodings_cannot_take_is_replaced(text: str, safe: str) -> None:
    assert printable(text) == safe


def test_huge_text_is_cut_and_other_values_are_no_text() -> None:
    assert clean("x" * 10_000_000, 10) == "xxxxxxxxx…"
    others: list[object] = [None, 5, ["a"], {}, "", "a"]
    assert [clean_or_none(value) for value in others] == [None] * 5 + ["a"]


def test_json_is_read_and_written_without_surprises() -> None:
    assert json.loads(to_json({"title": "a\ud83d"}).encode()) == {"title": "a?"}
    for text in ("[" * 100_000, "[" * 101 + "]" * 101, '{"a":' * 101 + "1" + "}" * 101):
        with pytest.raises(ValueError, match="nested"):
            parse_json(text)
    assert parse_json("[" * 100 + "]" * 100)


def test_all_json_from_elsewhere_is_parsed_where_depth_is_bounded() -> None:
    """json.loads and Response.json raise RecursionError, which no caller of them expects."""
    trusted = {"web/app.py"}  # the package's own openapi.json
    for path in EDGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and (
                node.attr in ("loads", "load") and getattr(node.value, "id", "") == "json"
            ):
                assert path.name == "text.py" or str(path.relative_to(EDGE)) in trusted, path


@pytest.mark.parametrize("text", ["ON", "on", " On \n", "true", "True", "1", "yes", '"ON"'])
def test_words_for_on(text: str) -> None:
    assert is_on(text) is True
    assert is_on(text) is not is_on({"ON": "OFF"}.get(text, "off"))


@pytest.mark.parametrize("text", ["", "2", "auto", "home", "ONN", "null"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        is_on(text)
