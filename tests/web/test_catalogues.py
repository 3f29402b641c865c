"""Catalogues are read as gettext reads them, are complete, and reach the page."""

from __future__ import annotations

import ast
import gettext
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import page_texts
from edge.web.catalogues import Catalogues, read_po
from tests.conftest import ROOT
from tests.web.served import Serve

FILES = sorted(page_texts.LANGUAGES.glob("*.po"))
HEADER = """msgid ""
msgstr ""
"Language: de\\n"
"X-Language-Name: Deutsch\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"""
TRICKY = rf"""{HEADER}
# a comment
#: a place
msgid "Two "
"lines\n"
msgstr "Zwei "
"Zeilen\n"

#, fuzzy
msgid "unsure"
msgstr "unsicher"
msgid "a \"quoted\" \\ text\twith a tab"
msgstr "ein \"zitierter\" \\ Text\tmit Tabulator"

msgid "empty"
msgstr ""

#~ msgid "gone"
#~ msgstr "weg"

msgid "last {{count}}"
msgstr "zuletzt {{count}}"
"""


def by_gettext(po: Path, folder: Path) -> dict[str, str]:
    program = shutil.which("msgfmt")
    if program is None:
        pytest.skip("msgfmt isn't installed: apt install gettext")
    compiled = folder / "compiled.mo"
    subprocess.run([program, "--check-format", "-o", compiled, po], check=True)
    with compiled.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return dict(catalogue)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_each_catalogue_is_read_as_msgfmt_reads_it(file: Path, tmp_path: Path) -> None:
    assert read_po(file.read_text(encoding="utf-8")) == by_gettext(file, tmp_path)


def test_what_is_hard_is_read_as_msgfmt_reads_it(tmp_path: Path) -> None:
    (tmp_path / "tricky.po").write_text(TRICKY, encoding="utf-8")
    read = read_po(TRICKY)
    assert read == by_gettext(tmp_path / "tricky.po", tmp_path)
    assert set(read) == {"", "Two lines\n", 'a "quoted" \\ text\twith a tab', "last {count}"}


@pytest.mark.parametrize(
    "text",
    [
        'msgid "a"\nmsgstr "b"\nmsgid "a"\nmsgstr "c"\n',
        'msgctxt "menu"\nmsgid "a"\nmsgstr "b"\n',
        'msgid "a"\nmsgid_plural "as"\nmsgstr[0] "b"\n',
        'msgid "a\n',
        '"nothing begun"\n',
    ],
    ids=["twice", "context", "plural", "open quote", "no entry"],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"twice|line"):
        read_po(text)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_each_catalogue_is_complete(file: Path) -> None:
    entries = read_po(file.read_text(encoding="utf-8"))
    assert page_texts.missing(entries, page_texts.all_texts()) == []
    assert page_texts.wrong(entries) == []


def test_the_tool_finds_nothing_to_do() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "languages", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_texts_are_found_where_they_are_written() -> None:
    assert page_texts.in_markup('<p data-t>One\n  text</p><input data-t-placeholder="A name"><p>Other</p>') == [
        "One text",
        "A name",
    ]
    script = """say(t("It's {count}", {count}), key('no') + key("A \\"word\\"")); part("x"); t(
      "Long " + "text");\n// t("comment")\n"""
    assert page_texts.in_script(script) == ["It's {count}", 'A "word"', "Long text"]
    program = (
        'Sentence("a {b}" "c", b=1); other("d"); refused(409, "e"); refused(422, "f"); Sentence("g" if x else "h")'
    )
    assert sorted(page_texts.in_program(program)) == ["a {b}c", "e", "g", "h"]


def test_each_sentence_of_the_program_is_written_where_it_can_be_found() -> None:
    for path in (ROOT / "edge").rglob("*.py"):
        if path.name == "sentences.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentence":
                branches = [node.args[0]]
                if isinstance(node.args[0], ast.IfExp):
                    branches = [node.args[0].body, node.args[0].orelse]
                literal = all(isinstance(one, ast.Constant) for one in branches)
                assert literal, f"{path.name}:{node.lineno}: the text isn't a literal"


def test_the_tool_sorts_adds_and_removes() -> None:
    before = f'{HEADER}\nmsgid "Old"\nmsgstr "Alt"\n\nmsgid "b"\nmsgstr "B"\n'
    after = page_texts.renewed(before, {"b": {"x.js"}, "A": {"y.js"}})
    assert after == f'{HEADER}\n#: y.js\nmsgid "A"\nmsgstr ""\n\n#: x.js\nmsgid "b"\nmsgstr "B"\n'
    assert page_texts.wrong({"{count} people": "{number} Leute", "a": "b ", "{x}": "ein {x}"}) == [
        "{count} people",
        "a",
    ]


def test_a_language_is_added_by_one_file(tmp_path: Path) -> None:
    (tmp_path / "sv.po").write_text(
        HEADER.replace("Deutsch", "Svenska") + '\nmsgid "Sign in"\nmsgstr "Logga in"\n', encoding="utf-8"
    )
    (tmp_path / "xx.po").write_text("broken", encoding="utf-8")
    catalogues = Catalogues(tmp_path)
    assert catalogues.names == {"en": "English", "sv": "Svenska", "xx": "xx"}
    assert [catalogues.best(wanted) for wanted in ("sv-FI,en", "de,sv", "EN-us,sv", "de", "", "../sv", ",,")] == [
        "sv", "sv", "en", "en", "en", "en", "en",
    ]  # fmt: skip


def test_the_texts_are_served_without_a_password(serve: Serve) -> None:
    served = serve(protected=True)
    answer = served.get("/api/language/de-AT,en")
    assert answer.status_code == 200
    body = answer.json()
    assert body["language"] == "de"
    assert body["languages"]["ja"] == "日本語"
    assert body["texts"]["Sign in"] == "Anmelden"
    assert "" not in body["texts"]
    again = served.get("/api/language/de", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = served.get("/api/language/de", headers={"Accept-Encoding": "identity"})
    assert json.loads(plain.content) == body
    assert "content-encoding" not in plain.headers
    assert served.get("/api/language/tlh,en").json()["texts"] == {}
