"""Values that look right and can't work, and no foreign words in the sentences about wrong ones."""

from __future__ import annotations

import pytest

from edge.config import Config, reference
from edge.config.file import parse
from edge.errors import ConfigError

FOREIGN = ("Input should", "String should", "after validation", "Value error", "valid ", "unable to parse", "pydantic")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("web: {host: 999.1.1.1}", "web.host: must be a bare name or address such as 192.168.1.5"),
        ("web: {host: ''}", "web.host: must be a bare name or address"),
        ("web: {host: 'http://a'}", "web.host: must be a bare name or address"),
        ("web: {host: '::g'}", "web.host: must be a bare name or address"),
        ("web: {session: 0}", "web.session: must be at least 1"),
        ("mpd: {host: ''}", "mpd.host: must be a bare name or address"),
        ("mpd: {host: 256.0.0.1}", "mpd.host: must be a bare name or address"),
        ("mpd: {host: 10.0.0.1:6600}", "mpd.host: must be a bare name or address"),
        ("mqtt: {host: 1.2.3.4.5}", "mqtt.host: must be a bare name or address such as 192.168.1.5, without mqtt://"),
        ("music: {profile: None, profiles: {None: {happy: nothing}}}", "music.profiles: a name must have 1 to 64"),
        ("music: {profile: '', profiles: {'': {happy: nothing}}}", "music.profiles: a name must have 1 to 64"),
        ("music: {profile: a, profiles: {a: {}, %s: {}}}" % ("x" * 300), "music.profiles: a name must have 1 to 64"),
    ],
)
def test_a_value_that_cannot_work_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as found:
        parse(text)
    assert str(found.value).startswith(f"config.yaml, line 1: {sentence}")
    assert len(str(found.value)) < 300


@pytest.mark.parametrize(
    "text",
    [
        *(f"web: {{host: '{host}'}}" for host in ("::1", "::", "localhost", "pi.local", "fe80::1%eth0", "0.0.0.0")),
        *(f"mpd: {{host: '{host}'}}" for host in ("/run/mpd/socket", "mpd", "192.168.1.5", "1.pool")),
        "web: {session: 1m}",
        "music: {profile: none, profiles: {none: {happy: nothing}}}",
    ],
)
def test_usual_values_are_accepted(text: str) -> None:
    assert isinstance(parse(text), Config)


WRONG = ("", "x", "[]", "{}", "[x]", "{x: y}", "-1", "1e9", "1.5", ".nan", "true", "'12:61'", "[[]]")


@pytest.mark.parametrize("wrong", WRONG)
def test_no_sentence_has_words_of_the_library(wrong: str) -> None:
    sections = {name: field.annotation for name, field in Config.model_fields.items()}
    for section, model in sections.items():
        assert model is not None
        for key in model.model_fields:
            try:
                parse(f"{section}: {{{key}: {wrong}}}")
            except ConfigError as error:
                sentence = str(error).split(": ", 1)[1]
                assert sentence.startswith(f"{section}.{key}"), sentence
                assert not any(words in sentence for words in FOREIGN), sentence
    assert reference.json_schema()["properties"].keys() == sections.keys()
