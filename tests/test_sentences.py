"""A sentence is its English text, and keeps what it was made from."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from edge.sentences import Sentence, cleaned, parts
from edge.text import TEXT_MAX_CHARS, clean


def test_a_sentence_is_its_english_text() -> None:
    made = Sentence("the room is {mood} for {minutes} min", mood="happy", minutes=3)
    assert made == "the room is happy for 3 min"
    assert json.dumps(made) == '"the room is happy for 3 min"'
    assert str(made) == "the room is happy for 3 min"
    assert (made.code, made.values) == ("the room is {mood} for {minutes} min", {"mood": "happy", "minutes": 3})


def test_braces_without_values_stay() -> None:
    assert Sentence("a {brace}") == "a {brace}"


def test_a_sentence_never_changes() -> None:
    made = Sentence("quiet")
    with pytest.raises(AttributeError):
        made.code = "loud"
    with pytest.raises(AttributeError):
        del made.values


def test_a_sentence_survives_a_copy() -> None:
    made = Sentence("{part} is missing", part=Sentence("the camera"))
    for again in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert again == made
        assert parts(again) == parts(made)


def test_parts_of_sentences_in_sentences() -> None:
    made = Sentence("{what}, {count} times", what=Sentence("skipped by {who}", who="A"), count=2)
    assert parts(made) == {
        "code": "{what}, {count} times",
        "values": {"what": {"code": "skipped by {who}", "values": {"who": "A"}}, "count": 2},
    }
    assert parts("plain") == {}


def test_foreign_text_in_a_sentence_is_cleaned() -> None:
    made = cleaned(Sentence("it says: {said}, {count} times", said=Sentence("a{what}", what="b\x00\n"), count=2))
    assert isinstance(made, Sentence)
    assert made == clean(made)
    assert parts(made)["values"]["said"]["values"] == {"what": clean("b\x00\n")}
    assert cleaned("a\x00") == clean("a\x00")
    long = cleaned(Sentence("{text}", text="a" * 2 * TEXT_MAX_CHARS))
    assert (len(long), type(long)) == (TEXT_MAX_CHARS, str)
