"""The configuration as frozen, validated values. Reading the file is `config_file.py`'s work."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from edge.values import EXPRESSIONS

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*")
SPOTIFY_KINDS = ("playlist", "album", "artist", "track", "show", "episode")
_SPOTIFY_LINK = re.compile(r"https://open\.spotify\.com/(?:intl-[a-z]+/)?([a-z]+)/([A-Za-z0-9]+)(?:\?.*)?")
NOTHING = "nothing"
_SPOTIFY_URI = re.compile(r"spotify:([a-z]+):[A-Za-z0-9]+")


def _duration(value: Any) -> float:
    """`20s`, `5m`, `1.5h`, `7d`, `300ms` or plain seconds -> seconds."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise ValueError("must be a year at most") from None
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be a duration such as 20s, 5m or 2h")
    return float(found[1]) * _UNITS[found[2]]


def _source(value: Any) -> Any:
    """A camera may be named by its number."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value in ("",) or str(value).startswith("-"):
        raise ValueError("must be auto, picamera2, v4l2, a camera's number, a path or an address")
    return str(value)


def _uri(value: Any) -> Any:
    """A link copied from Spotify's share menu -> the address that players use; others are checked and kept."""
    if not isinstance(value, str):
        raise ValueError("must be text, such as spotify:playlist:... or a link from Spotify's share menu")
    link = _SPOTIFY_LINK.fullmatch(value.strip())
    uri = f"spotify:{link[1]}:{link[2]}" if link else value.strip()
    if uri == NOTHING:
        return uri
    kind = uri.split(":", 1)[0]
    if kind == "spotify":
        found = _SPOTIFY_URI.fullmatch(uri)
        if found is None or found[1] not in SPOTIFY_KINDS:
            raise ValueError(f"must look like spotify:KIND:ID with one of the kinds {', '.join(SPOTIFY_KINDS)}")
    elif kind not in ("mpd", "library") or ":" not in uri:
        raise ValueError(
            "must begin with spotify:, mpd: or library:, be a link from Spotify's share menu, or be the word nothing"
        )
    return uri


def _plain_id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", value):
        raise ValueError("may hold only a-z, 0-9 and hyphens inside, such as living-room")
    return value


def _certificate(value: str | None, about: ValidationInfo) -> str | None:
    if value is not None and not about.data.get("tls", True):
        raise ValueError("is used with mqtt.tls: true only")
    return value


def _key(value: str | None, about: ValidationInfo) -> str | None:
    if value is not None and about.data.get("client_cert", "") is None:
        raise ValueError("needs its certificate in mqtt.client_cert")
    return value


def _base_topic(value: str) -> str:
    if not value or re.search(r"[+#\0]|^/|/$|//", value):
        raise ValueError("must be a topic without wildcards, and without a slash at either end, such as moodroom")
    return value


Duration = Annotated[
    float,
    BeforeValidator(_duration),
    Field(ge=0, le=366 * 86400),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": f"^{_DURATION.pattern}$"}]}
    ),
]
Share = Annotated[float, Field(ge=0, le=1)]
Port = Annotated[int, Field(ge=1, le=65535)]
Uri = Annotated[str, BeforeValidator(_uri)]


Source = Annotated[
    str,
    BeforeValidator(_source),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}]}),
]


class Section(BaseModel):
    """Unknown keys are refused, values can't change afterwards."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=False, use_attribute_docstrings=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: Any, about: ValidationInfo) -> Any:
        """Pydantic would take `port: true` for port 1."""
        if isinstance(value, bool) and cls.model_fields[str(about.field_name)].annotation in (int, float):
            raise ValueError("must be a number")
        return value


class DeviceConfig(Section):
    id: Annotated[str, AfterValidator(_plain_id), Field(max_length=64)] = "moodroom"
    """Names the device in MQTT topics; a-z, 0-9 and hyphens, one of its own for each device."""
    name: Annotated[str, Field(min_length=1, max_length=64)] = "Moodroom"
    """What people read in their home automation."""
    area: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """The room, as Home Assistant should suggest it; then keep the room out of `name`, which stands behind it."""


class CameraConfig(Section):
    source: Source = "auto"
    """auto, picamera2, v4l2, a number or path such as /dev/video0, a file, a folder of pictures, an address
    (rtsp://, http://) or a GStreamer pipeline that ends in appsink."""
    width: Annotated[int, Field(ge=160, le=3840)] = 640
    """Pixels; faces should be 48 or more of them wide."""
    height: Annotated[int, Field(ge=120, le=2160)] = 480
    """Pixels."""
    fps: Annotated[float, Field(gt=0, le=60)] = 10.0
    """Frames a second asked of the camera; most are skipped unread."""
    rotate: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise, for a camera that is mounted on its side or head."""
    stuck_after: Duration = 10.0
    """A camera that gives no frame for so long is closed and opened again."""


class VisionConfig(Section):
    detector: Literal["auto", "yunet", "haar"] = "auto"
    """auto takes YuNet where its file is present, else Haar, which needs no file."""
    model: str = "models/tflite/fer_int8.tflite"
    """The expression model; its sidecar has the same name and ends in .json."""
    min_face: Annotated[int, Field(ge=12, le=400)] = 28
    """Pixels; smaller faces are passed over."""
    min_score: Share = 0.7
    """How sure YuNet must be that something is a face."""


class ScheduleConfig(Section):
    cpu_budget: Annotated[float, Field(gt=0, le=4)] = 0.10
    """How much of one processor core looking may cost, on average over a minute."""
    max_rate: Annotated[float, Field(gt=0, le=30)] = 5.0
    """Looks a second at most, while something happens."""
    settled: Duration = 1.0
    """Between two looks at somebody whose mood has settled."""
    empty: Duration = 2.0
    """Between two looks at a still room with nobody in it."""


class MoodConfig(Section):
    min_dwell: Duration = 2.0
    """A mood is kept for at least so long."""
    enter_after: Duration = 0.5
    """Somebody must be seen for so long before the room counts as occupied."""
    leave_after: Duration = 6.0
    """Nobody must be seen for so long before the room counts as empty."""
    min_confidence: Annotated[float, Field(ge=0.2, le=0.95)] = 0.45
    """Below this the mood is unknown."""
    stickiness: Duration = 60.0
    """How long an expression lasts on average; larger is calmer."""
    merge_disgust: bool = False
    """Count disgust as angry."""


class Choice(Section):
    """What a mood plays: an address, and a name for people."""

    play: Uri
    """spotify:playlist:..., a link from Spotify's share menu, mpd:..., library:..., or nothing: leave it as it is."""
    name: str | None = None
    """What it is called in messages."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"play": value} if isinstance(value, str) else value


MoodName = Literal["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "default"]
Profile = dict[MoodName, Choice]


def _profile() -> Profile:
    """Artists that most people can bear; everybody replaces them with playlists of their own."""
    artists = {
        "happy": ("4tZwfgrHOc3mvqYlEYSvVi", "Daft Punk"),
        "surprise": ("2RdwBSPQiwcmiDo9kixcl8", "Pharrell Williams"),
        "neutral": ("2Kx7MNY7cI1ENniW7vT30N", "Norah Jones"),
        "sad": ("2uFUBdaVGtyMqckSeCl0Qj", "Ludovico Einaudi"),
        "fear": ("6UUrUCIZtQeOf8tC0WuzRy", "Sigur Rós"),
        "angry": ("2QsynagSdAqZj3U9HgDzjD", "Bob Marley & The Wailers"),
        "disgust": ("7G1GBhoKtEPnP86X2PvEYO", "Nina Simone"),
    }
    profile: Profile = {}
    for mood in EXPRESSIONS:
        key, name = artists[mood]
        profile[mood] = Choice(play=f"spotify:artist:{key}", name=name)  # type: ignore[index]
    profile["default"] = Choice(play=NOTHING)
    return profile


class MusicConfig(Section):
    player: Literal["auto", "spotify", "mpd", "dry_run"] = "auto"
    """dry_run only says what it would play; auto takes the first of Spotify and MPD that is set up, else dry_run."""
    profile: str = "everyday"
    """Which of the profiles is used."""
    switch: Literal["at_track_end", "now"] = "at_track_end"
    """When the music follows a new mood."""
    cooldown: Duration = 60.0
    """Between two switches at least; only `switch: now` needs it."""
    profiles: Annotated[dict[str, Profile], Field(min_length=1)] = Field(
        default_factory=lambda: {"everyday": _profile()}
    )
    """A map from mood to music for each profile; `default` is for moods that are not named, `nothing` leaves the
    music as it is."""

    @model_validator(mode="after")
    def _profile_exists(self) -> MusicConfig:
        if self.profile not in self.profiles:
            known = ", ".join(name if name.isprintable() else repr(name) for name in self.profiles)
            raise ValueError(f"profile: there is no profile called {self.profile!r}; there is {known}")
        return self


class SpotifyConfig(Section):
    client_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    """The 32 characters that Spotify's developer dashboard shows for your app."""
    speaker: str | None = None
    """The speaker's name as Spotify shows it."""


class MpdConfig(Section):
    host: str = "127.0.0.1"
    """Where MPD (Music Player Daemon) or Mopidy runs."""
    port: Port = 6600
    """Its port."""


class MqttConfig(Section):
    host: str | None = None
    """The broker's name or address; without one there is no MQTT."""
    port: Port = 1883
    """1883 is usual; 8883 with TLS."""
    protocol: Literal["5", "3.1.1"] = "5"
    """3.1.1 for brokers that don't speak version 5."""
    username: str | None = None
    """The broker's user; its password never stands in this file."""
    password_file: str | None = None
    """A file with nothing but the password; or set MOODROOM_MQTT_PASSWORD, or systemd's credential mqtt_password."""
    tls: bool = False
    """Encrypted, with the broker's certificate checked."""
    ca_file: str | None = None
    """A certificate authority of your own, PEM; without it the system's are used."""
    client_cert: Annotated[str | None, AfterValidator(_certificate)] = None
    """A certificate of the device's own, PEM, for brokers that ask for one."""
    client_key: Annotated[str | None, AfterValidator(_key)] = None
    """Its key, PEM, without a passphrase; may be left out where client_cert's file holds it."""
    websockets: bool = False
    """MQTT over websockets, for brokers behind a web server; the path is /mqtt."""
    base_topic: Annotated[str, AfterValidator(_base_topic)] = "moodroom"
    """Topics are BASE/DEVICE-ID/..."""
    keepalive: Annotated[int, Field(ge=5, le=3600)] = 30
    """Seconds; a device that vanished is noticed after one and a half times this."""
    discovery: Literal["device", "components", "off"] = "device"
    """How the device shows itself to Home Assistant: one message (2024.12 and later), one for each entity, or not."""
    discovery_prefix: Annotated[str, AfterValidator(_base_topic)] = "homeassistant"
    """Where Home Assistant looks for devices."""


def _no_page(value: bool) -> bool:
    if value:
        raise ValueError("this version has no page yet; set it to false")
    return value


class WebConfig(Section):
    enabled: Annotated[bool, AfterValidator(_no_page)] = False
    """The page for phones; this version has none yet."""
    host: str = "127.0.0.1"
    """The address that the page will listen on."""
    port: Port = 8730
    """Its port."""


class Config(Section):
    """The whole file; each section may be left out."""

    device: DeviceConfig = DeviceConfig()
    camera: CameraConfig = CameraConfig()
    vision: VisionConfig = VisionConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    mood: MoodConfig = MoodConfig()
    music: MusicConfig = MusicConfig()
    spotify: SpotifyConfig = SpotifyConfig()
    mpd: MpdConfig = MpdConfig()
    mqtt: MqttConfig = MqttConfig()
    web: WebConfig = WebConfig()
