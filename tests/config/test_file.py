"""Reading the YAML file: a mistake is one sentence with the key, the line and the fix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from edge.config import Config
from edge.config import file as config_file
from edge.errors import ConfigError


def complaint(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config_file.parse(text, name="x.yaml")
    sentence = str(caught.value)
    assert len(sentence.splitlines()) == 1
    return sentence


PATHS = (
    "vision.model", "camera.source", "library.table", "library.music_folder", "library.playlist_folder",
    "web.password_file", "mpd.password_file", "mqtt.password_file", "mqtt.ca_file",
)  # fmt: skip
NO_HOSTS = (
    "", "mqtt://127.0.0.1:1883", "127.0.0.1:1883", "broker:1883", "a b", "user@broker", "broker/x", "[::1]:1883",
    "[::1]", "a..b", "x" * 64, "abc." * 64, ":",
)  # fmt: skip
BAD = [
    # Unknown keys.
    ("camera:\n  fsp: 3", "x.yaml, line 2: camera.fsp: there is no such key; did you mean fps?"),
    ("device: {}\ncamra: {}", "x.yaml, line 2: camra: there is no such key; did you mean camera?"),
    ("music:\n profiles:\n  e:\n   hapy: nothing", "line 4: music.profiles.e.hapy: there is no such key; did you mean"),
    ("mpd: {colour: red}", "mpd.colour: there is no such key; there is host, port"),
    # Wrong types.
    ("camera:\n  fps: fast", "line 2: camera.fps: must be a number, not 'fast'"),
    ("camera: {width: 640.5}", "camera.width: must be a whole number, not 640.5"),
    ("camera: 7", "line 1: camera: must be a section with keys under it, not 7"),
    ("camera: [1]", "camera: must be a section"),
    ("- camera", "x.yaml: must be sections such as `camera:`"),
    ("seven", "must be sections"),
    ("mqtt: {host: 5}", "mqtt.host: must be text; put 5 in quotes"),
    ("mqtt: {tls: maybe}", "mqtt.tls: must be true or false, not 'maybe'"),
    ("mqtt:\n  port: true", "line 2: mqtt.port: must be a number, not True"),
    ("schedule: {cpu_budget: true}", "schedule.cpu_budget: must be a number"),
    ("mqtt: {protocol: 5}", "mqtt.protocol: must be '5' or '3.1.1'; put 5 in quotes"),
    ("camera: {source: true}", "camera.source: must be auto"),
    ("camera: {source: -1}", "camera.source: must be auto"),
    ("device: {name: null}", "device.name: must be text"),
    # Impossible values.
    ("\n\ncamera:\n  width: 12", "line 4: camera.width: must be at least 160, not 12"),
    ("mqtt: {port: 99999}", "mqtt.port: must be at most 65535, not 99999"),
    ("camera: {rotate: 45}", "camera.rotate: must be 0, 90, 180 or 270, not 45"),
    ("vision: {detector: har}", "vision.detector: must be 'auto', 'yunet' or 'haar', not 'har'; did you mean haar?"),
    ("camera: {fps: .nan}", "camera.fps: must be a finite number, not nan"),
    ("device: {id: Living Room}", "device.id: may hold only a-z, 0-9 and hyphens inside"),
    ("mqtt: {base_topic: house/#}", "mqtt.base_topic: must be a topic without wildcards"),
    ("spotify: {client_id: abc}", "spotify.client_id: must be the 32 characters 0-9 and a-f"),
    ("music: {profiles: {}}", "music.profiles: must have at least one entry"),
    ("music: {profiles: {e: {happy: []}}}", "music.profiles.e.happy: must have at least one entry, not []"),
    ("music: {profiles: {e: {happy: jazz}}}", "music.profiles.e.happy.play: must begin with spotify:, mpd: or"),
    ("music: {profiles: {e: {happy: 'library:hapy'}}}", "happy.play: must be library: and one of the moods angry, "),
    ("music: {profiles: {e: {happy: 'mpd:'}}}", "happy.play: must say what to play after mpd:, such as mpd:playlist/"),
    ("music: {profiles: {e: {happy: {name: x}}}}", "music.profiles.e.happy.play: must be given"),
    ("music:\n  profile: party", "line 1: music.profile: there is no profile called 'party'; there is everyday"),
    ("camera: {fps: 0, width: 1}\nmqtt: {port: 0}", "line 1: camera."),
    # What would blind the device.
    ("vision: {min_score: 1.0}", "line 1: vision.min_score: must be at most 0.9, not 1.0"),
    ("vision: {min_score: 0}", "vision.min_score: must be at least 0.1, not 0"),
    ("vision: {min_face: 400}", "vision.min_face: must be at most 200, not 400"),
    ("vision: {min_face: 161}", "vision.min_face: must be at most 160, a quarter of camera.width, not 161"),
    ("camera: {width: 320}\nvision: {min_face: 90}", "vision.min_face: must be at most 80, a quarter of camera.width"),
    ("camera: {fps: 0.01}", "camera.fps: must be at least 0.1, not 0.01"),
    ("camera: {width: 3840, height: 120}", "camera.height: must be from a quarter of the width to four times the"),
    ("camera: {aspect: '9999:1'}", "camera.aspect: must be from 1:4 to 4:1"),
    ("camera: {stuck_after: 0s}", "camera.stuck_after: must be at least 0.5 s, so that a frame can come meanwhile"),
    ("camera: {fps: 0.2, stuck_after: 1s}", "camera.stuck_after: must be at least 5 s"),
    ("mood: {enter_after: 3d}", "mood.enter_after: must be at most 600 s, not '3d'"),
    # Durations.
    ("mood:\n  min_dwell: soon", "line 2: mood.min_dwell: must be a duration such as 20s, 5m or 2h, not 'soon'"),
    ("mood: {min_dwell: 5 parsecs}", "mood.min_dwell: must be a duration such as 20s, 5m or 2h, not '5 parsecs'"),
    ("mood: {min_dwell: -1}", "mood.min_dwell: must be at least 0, not -1"),
    ("journal: {keep: 1m}", "journal.keep: must be at least 3600 s, not '1m'"),
    ("mood: {min_dwell: 400d}", "mood.min_dwell: must be at most"),
    (f"mood: {{min_dwell: 1{'0' * 400}}}", "mood.min_dwell: must be a year at most"),
    # Secrets.
    ("mqtt:\n  password: x", "line 2: mqtt.password: secrets don't belong in this file; name a file in mqtt."),
    ("spotify: {client_secret: x}", "spotify.client_secret: secrets don't belong in this file; remove it"),
    ("mpd:\n  password: x", "mpd.password_file, or set MOODROOM_MPD_PASSWORD"),
    (
        "web: {password: x}",
        "web.password: secrets don't belong in this file; remove it, and run: moodroom web password",
    ),
    ("camera: {password: x}", "camera.password: secrets don't belong in this file; remove it"),
    # Lists.
    ("music: {takeover: song}", "music.takeover: must be a list, not 'song'"),
    ("web: {allowed_hosts: foo}", "web.allowed_hosts: must be a list, not 'foo'"),
    ("library: {playlists: foo}", "library.playlists: must be a list, not 'foo'"),
    # Numbers that may be left out.
    ("music: {start_volume: true}", "music.start_volume: must be a number, not True"),
    ("music: {strong_change: true}", "music.strong_change: must be a number, not True"),
    ("library: {clusters: true}", "library.clusters: must be a number, not True"),
    ("library: {refresh: true}", "library.refresh: must be a number, not True"),
    ("music: {quiet_hours: [{begins: '1:00', ends: '2:00', max_volume: false}]}", "max_volume: must be a number"),
    ("camera: {rotate: false}", "camera.rotate: must be a number, not False"),
    # Paths.
    *((f"{key.replace('.', ': {')}: ~nosuchuser/x}}", f"{key}: must be the whole path, or begin") for key in PATHS),
    *((f'{key.replace(".", ": {")}: "a\\0b"}}', f"{key}: must be ") for key in PATHS),
    *((f"{key.replace('.', ': {')}: {'x' * 256}}}", f"{key}: must be shorter; a name has 255 bytes") for key in PATHS),
    (f"vision: {{model: {'x/' * 2048}}}", "vision.model: must be shorter"),
    ('vision: {model: "\\ud800"}', "vision.model: "),
    ('camera: {source: "\\ud800"}', "camera.source: must be UTF-8 text"),
    # The broker.
    *((f"mqtt: {{host: '{host}'}}", "mqtt.host: must be a bare name or address such as 1") for host in NO_HOSTS),
    # YAML.
    ("camera:\n  fps: 3\n  fps: 4", "x.yaml, line 3: camera.fps appears twice; remove one of the two"),
    ("a: &x 1\nb: *x", "x.yaml, line 2: uses a YAML alias (*name)"),
    ("camera: [", "line 1: isn't valid YAML"),
    ("camera:\n\tfps: 3", "line 2: isn't valid YAML"),
    ("music: {profiles: {e: {happy: https://x/4a?si=1}}}", "put an address with a question mark in quotes"),
    ("camera: {}\n---\nmqtt: {}", "line 2: isn't valid YAML"),
    ("camera: {\0}", "x.yaml: isn't valid YAML: it holds a character that text can't have"),
    ("camera: \x1b[0m", "it holds a character that text can't have"),
    ("[" * 3000, "x.yaml: is nested too deeply"),
    ("camera: " + "[" * 3000 + "]" * 3000, "x.yaml: is nested too deeply"),
    ("? [a]\n: 3", "line 1: a key must be a plain word"),
    ("mqtt:\n  1: 2", "line 2: a key must be a plain word; put a number in quotes"),
    ("device: !!int abc", "isn't valid YAML: it holds a value that isn't what its tag or form says"),
    ("device: !!bool abc", "isn't valid YAML"),
    ("device: !!timestamp abc", "isn't valid YAML"),
    ("device: !!python/object/apply:os.getcwd []", "isn't valid YAML"),
    ("device: 1" + "0" * 5000, "isn't valid YAML"),
    ('camera: {"a\\nb": 3}', r"camera.'a\nb': there is no such key"),
    ('"a\\nb": 3\n"a\\nb": 4', r"line 2: 'a\nb' appears twice"),
    ('music: {profile: x, profiles: {"a\\nb": {}}}', r"there is 'a\nb'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "part"), BAD, ids=[text[:40].replace("\0", "NUL") for text, _ in BAD])
def test_a_mistake_is_one_sentence_with_the_key_the_line_and_the_fix(text: str, part: str) -> None:
    assert part in complaint(text)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "broker", "home-assistant.local", "my_broker", "küche.lan.", "::1", "fe80::1%eth0", "::ffff:1.2.3.4"],
)
def test_valid_broker_hosts(host: str) -> None:
    assert config_file.parse(f"mqtt: {{host: '{host}'}}").mqtt.host == host


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    text = "mqtt: {tls: true, ca_file: ~/ca.pem, client_cert: ~/me.pem, client_key: ~/me.key, username: me, "
    text += "password_file: ~/pw}"
    mqtt = config_file.parse(text).mqtt
    assert (mqtt.ca_file, mqtt.client_cert) == ("/home/me/ca.pem", "/home/me/me.pem")
    assert (mqtt.client_key, mqtt.password_file) == ("/home/me/me.key", "/home/me/pw")
    assert config_file.parse("camera: {source: ~/film.mp4}").camera.source == "/home/me/film.mp4"


def test_addresses_and_pipelines_are_not_checked_as_paths() -> None:
    for source in (
        f"rtsp://me:{'x' * 300}@camera/live",
        f"gst:videotestsrc name={'x' * 300}",
        f"{'x' * 300} ! fakesink",
    ):
        assert config_file.parse(f"camera: {{source: '{source}'}}").camera.source == source


@pytest.mark.parametrize("given", ["", "~nosuchuser/x", "x" * 300, "caf\udce9.mp4", "a\0b", "-1"])
def test_a_source_on_the_command_line_is_validated(given: str) -> None:
    with pytest.raises(ConfigError, match=r"^--source: must be ") as caught:
        config_file.source(given)
    assert len(str(caught.value).splitlines()) == 1


def test_a_source_on_the_command_line_is_read_as_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert [config_file.source(given) for given in ("0", "~/a.mp4", "auto")] == ["0", "/home/me/a.mp4", "auto"]


def test_the_first_mistake_is_reported_and_the_others_are_counted() -> None:
    text = "camera:\n  fps: 3\n  width: 1\nmqtt:\n  port: 0\n  tsl: true"
    assert complaint(text) == "x.yaml, line 3: camera.width: must be at least 160, not 1 (and 2 more)"


def test_a_secret_is_never_repeated() -> None:
    assert "hunter2" not in complaint("mqtt: {password: hunter2, token: hunter2}")
    assert "hunter2" not in complaint("mqtt: {passwrod: hunter2}")


def test_a_long_value_is_cut_short() -> None:
    assert len(complaint(f"device: {{id: {'X' * 5000}}}")) < 250


@pytest.mark.parametrize("text", ["", "# only a comment", "---", "camera:", "camera: {}", "mqtt:\nmood:\n"])
def test_missing_keys_have_their_defaults(text: str) -> None:
    assert config_file.parse(text) == Config()


@pytest.mark.parametrize("word", ["off", "no", "on", "yes", "12:30", "2026-11-21"])
def test_words_are_not_converted(word: str) -> None:
    assert config_file.parse(f"device: {{name: {word}}}").device.name == word


@pytest.mark.parametrize(
    "text",
    [
        "vision: {min_score: 0.9, min_face: 160}",
        "camera: {width: 1280}\nvision: {min_face: 200}",
        "camera: {width: 1920, height: 1080, aspect: '16:9', fps: 0.1}",
        "mood: {enter_after: 5m}",
    ],
)
def test_limits_that_only_narrow_what_is_seen_are_accepted(text: str) -> None:
    config_file.parse(text)


def test_a_byte_order_mark_is_ignored() -> None:
    assert config_file.parse("\ufeffcamera: {fps: 3}").camera.fps == 3


def test_yaml_merge_keys_work() -> None:
    assert config_file.parse("<<: {camera: {fps: 3}}").camera.fps == 3


def test_a_share_link_becomes_an_address() -> None:
    link = "https://open.spotify.com/intl-de/album/4aawyAB9vmqN3uQ7FjRGTy?si=1"
    text = f"music:\n  profiles:\n    everyday:\n      happy: {link}"
    assert config_file.parse(text).music.profiles["everyday"]["happy"].play == "spotify:album:4aawyAB9vmqN3uQ7FjRGTy"


# --- the file itself --------------------------------------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        config_file.load(path)
    return str(caught.value)


def test_a_missing_file_a_folder_and_a_file_in_another_encoding_are_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("device: {name: Küche}".encode("latin-1"))
    assert (
        refusal(tmp_path / "none.yaml")
        == f"{tmp_path}/none.yaml: there is no such file; copy config.yaml from the project there"
    )
    assert refusal(tmp_path) == f"{tmp_path}: is a folder; name the YAML file in it"
    assert "can't be read: it isn't UTF-8 text" in refusal(tmp_path / "latin.yaml")
    assert "can't be read: Not a directory" in refusal(tmp_path / "latin.yaml" / "config.yaml")


def test_an_unreadable_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root can read everything, but no file name can be this long.
    place = tmp_path / ("x" * 300) / "config.yaml"
    monkeypatch.setattr(config_file, "PLACES", (tmp_path / "config.yaml", place))
    with pytest.raises(
        ConfigError, match=r"config\.yaml: can't be read: File name too long; name the file with --config"
    ):
        config_file.find(None)


def test_a_named_file_takes_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(config_file, "PLACES", (Path("config.yaml"), tmp_path / "etc.yaml"))
    assert config_file.find(None) is None
    assert config_file.load(None) == Config()
    (tmp_path / "etc.yaml").write_text("camera: {fps: 3}")
    assert config_file.find(None) == tmp_path / "etc.yaml"
    (tmp_path / "config.yaml").write_text("camera: {fps: 4}")
    assert config_file.find(None) == Path("config.yaml")
    assert config_file.find(Path("mine.yaml")) == Path("mine.yaml")


# --- anything at all --------------------------------------------------------------------------------------------------


def read_or_complain(text: str) -> None:
    """The text is read, or refused with one line."""
    try:
        config_file.parse(text)
    except ConfigError as error:
        assert len(str(error).splitlines()) == 1, str(error)


@given(st.text() | st.text("camerfps: \n\t{}[]\"'&*!|>-?%@`,#01.ab\\~=<"))
@example("'")
@example("a: !")
@example("? ")
@example("=: =")
@example("a: 1\n--- ")
@example('"\\u2028": 1')
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_complain(text)


WORDS = st.sampled_from(
    [*Config.model_fields, "profiles", "everyday", "happy", "play", "source", "fps", "min_dwell", "port", "password"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | WORDS
    | st.sampled_from(["20s", "auto", "nothing"])
)
KEYS = WORDS | st.text(max_size=4) | st.integers(0, 3) | st.none() | st.booleans()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_mapping_is_read_or_refused(tree: dict[Any, Any]) -> None:
    read_or_complain(yaml.safe_dump(tree, allow_unicode=True))


FIELDS = [(section, key) for section, field in Config.model_fields.items() for key in field.annotation.model_fields]


@given(st.sampled_from(FIELDS), VALUES)
def test_any_value_of_any_key_is_read_or_refused(field: tuple[str, str], value: Any) -> None:
    section, key = field
    read_or_complain(yaml.safe_dump({section: {key: value}}, allow_unicode=True))
