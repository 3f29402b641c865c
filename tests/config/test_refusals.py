"""What is refused travels as a template and values, so that the page tells it in every language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge.config.file import parse
from edge.config.writing.file import ConfigFile
from edge.errors import ConfigError, sentence_of
from edge.sentences import Sentence, parts
from edge.web import app
from edge.web.catalogues import read_po

CATALOGUES = [
    read_po(path.read_text(encoding="utf-8")) for path in sorted((Path(app.__file__).parent / "languages").glob("*.po"))
]
# A broken text, the sentence, and the template of the innermost reason.
REFUSALS = [
    ("music: {max_volume: 150}", "music.max_volume: must be at most 100, not 150", "must be at most {limit}"),
    ("music: {pause_after: -5s}", "music.pause_after: must be a duration such as 20s, 5m or 2h, not '-5s'", ""),
    (
        "music: {pause_after: 999999d}",
        "music.pause_after: must be at most 31622400 s, not '999999d'",
        "must be at most {limit} s",
    ),
    ("mqtt: {port: 0}", "mqtt.port: must be at least 1, not 0", "must be at least {limit}"),
    ("mqtt: {port: many}", "mqtt.port: must be a whole number, not 'many'", "must be a whole number"),
    ("camera: {fps: fast}", "camera.fps: must be a number, not 'fast'", "must be a number"),
    ("camera: {flip: perhaps}", "camera.flip: must be ", ""),
    ("mqtt: {tls: perhaps}", "mqtt.tls: must be true or false, not 'perhaps'", "must be true or false"),
    ("music: {strategy: liift}", "must be 'match', 'lift' or 'fixed', not 'liift'; did you mean lift?", ""),
    ("music: {quiet_hours: never}", "music.quiet_hours: must be a list, not 'never'", "must be a list"),
    ("music: {quiet_hours: [{begins: '25:00', ends: '7:00'}]}", "must be a time of day such as 7:00 or 22:30", ""),
    ("music: {time_zone: Mars}", "must be a time zone such as Europe/Berlin", ""),
    ("device: {name: 5}", "device.name: must be text; put 5 in quotes", "{key}: must be text; put {value} in quotes"),
    ("device: {name: ''}", "device.name: must have at least 1 character, not ''", ""),
    ("device: {nam: x}", "device.nam: there is no such key; did you mean name?", ""),
    ("mqtt: {password: x}", "secrets don't belong in this file; name a file in mqtt.password_file", ""),
    ("camera: 5", "camera: must be a section with keys under it, not 5", ""),
    ("music: {profile: party}", "music.profile: there is no profile called 'party'; there is everyday", ""),
    (
        "music: {profiles: {a: {}}, profile: a, strategy: fixed}",
        "music.strategy: fixed plays the profile's",
        "",
    ),
    ("mpd: {host: 'http://x'}", "mpd.host: must be a bare name or address such as", ""),
    ("music: {profiles: {everyday: {happy: 'http://x'}}}", "must begin with spotify:, mpd: or library:", ""),
    ("a: 1\na: 2", "a appears twice; remove one of the two", ""),
    ("device: {name: x", "isn't valid YAML", "isn't valid YAML: {reason}"),
    ("- x", "must be sections such as `camera:` with keys under them", ""),
    (
        "mqtt: {port: 0}\nmpd: {port: 0}",
        "mqtt.port: must be at least 1, not 0 (and 1 more)",
        "must be at least {limit}",
    ),
]


def codes(sentence: str) -> list[str]:
    """The templates of a sentence and of those in it; values that are plain text have none."""
    if not isinstance(sentence, Sentence):
        return []
    return [sentence.code, *(code for value in sentence.values.values() for code in codes(value))]


def told(sentence: Any, texts: dict[str, str]) -> str:
    """A sentence as the page tells it."""
    if not isinstance(sentence, Sentence):
        return str(sentence)
    return texts[sentence.code].format_map({name: told(value, texts) for name, value in sentence.values.items()})


@pytest.mark.parametrize(("text", "words", "code"), REFUSALS, ids=[text for text, _, _ in REFUSALS])
def test_a_refusal_is_told_in_every_language(text: str, words: str, code: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(text)
    sentence = sentence_of(refused.value)
    assert words in sentence and str(refused.value) == sentence
    assert code in ["", *codes(sentence)]
    assert parts(sentence)["values"]["file"] == "config.yaml"
    for texts in CATALOGUES:
        assert told(sentence, texts) != sentence


def test_a_file_that_cant_be_read_is_told_in_every_language(tmp_path: Path) -> None:
    file = ConfigFile(tmp_path / "config.yaml", folder=tmp_path / "versions")
    for content in (b"\xff", None):
        if content is not None:
            file.path.write_bytes(content)
        with pytest.raises(ConfigError) as refused:
            file.read()
        assert set(codes(sentence_of(refused.value))) <= set(CATALOGUES[0])
        file.path.unlink(missing_ok=True)
