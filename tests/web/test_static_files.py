"""The page's files: the head that all pages share, and the two ways to sign in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.requests import Request

from edge.web.static_files import StaticFiles, only, with_head

STATIC = Path("edge/web/static")


def text_of(name: str) -> str:
    answer = StaticFiles(STATIC).answer(name, Request({"type": "http", "headers": []}))
    return bytes(answer.body).decode()


@pytest.mark.parametrize("name", [*sorted(path.name for path in STATIC.glob("*.html")), "code.html"])
def test_each_page_has_the_whole_head_once(name: str) -> None:
    page = text_of(name)
    head = page.partition("</head>")[0]
    for mark in ("charset", 'name="viewport"', 'rel="icon"', "page.css", "<title", "theme-color"):
        assert mark in head, mark
    for once in ("charset=", "<title", 'name="viewport"', "page.css"):
        assert head.count(once) == 1, once
    assert "<!--" not in page, "a mark that nothing took the place of"


def test_the_sign_in_asks_for_one_thing() -> None:
    assert re.findall(r'<input id="(\w+)"', text_of("login.html")) == ["password"]
    assert re.findall(r'<input id="(\w+)"', text_of("code.html")) == ["code"]


def test_parts_are_left_out_and_put_in() -> None:
    page = "a\n  <!-- only x -->\n  b\n  <!-- end -->\n<!-- only y -->\nc\n<!-- end -->\nd\n"
    assert (only(page, "x"), only(page, "y")) == ("a\n  b\nd\n", "a\nc\nd\n")
    assert with_head("<head>\n  <!-- head -->\n</head>", "one\n  two\n") == "<head>\n  one\n  two\n</head>"


def test_an_unchanged_page_is_answered_without_its_text() -> None:
    files = StaticFiles(STATIC)
    tag = files.answer("login.html", Request({"type": "http", "headers": []})).headers["etag"]
    again = files.answer("login.html", Request({"type": "http", "headers": [(b"if-none-match", tag.encode())]}))
    assert (again.status_code, again.body) == (304, b"")


def test_each_field_for_text_is_limited_so_that_the_device_takes_what_a_person_pastes() -> None:
    """What is too long is refused in English, as only a program could have sent it."""
    fields = [
        (path.name, found)
        for path in sorted(STATIC.iterdir())
        if path.suffix in (".html", ".js")
        for found in re.findall(
            r'<input[^>]*type="(?:text|url|password)"[^>]*>|\{\s*type: "(?:text|url|password)"[^}]*\}', path.read_text()
        )
    ]
    assert len(fields) >= 12
    assert not [one for one in fields if "maxlength" not in one[1].lower() and "readOnly" not in one[1]]
