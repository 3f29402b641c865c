"""All topics of the device, below BASE/DEVICE-ID: what it publishes, and where it takes commands."""

from __future__ import annotations

from dataclasses import dataclass

from edge.config import MqttConfig
from edge.text import clean
from edge.values import Command

QOS = 1


@dataclass(frozen=True)
class Topic:
    """A topic that the device publishes, with QoS 1.

    payload: what is published there; `docs/home-automation.md` describes it. repeated: also published again while
    unchanged, because Home Assistant lets its entities expire, and a last will can come late.
    """

    name: str
    payload: str
    retained: bool = True
    repeated: bool = False


TOPICS = (
    Topic("status", "online or offline; offline is also the last will", repeated=True),
    Topic("mood", "JSON: the room's mood", repeated=True),
    Topic("presence", "ON or OFF", repeated=True),
    Topic("player", "JSON: what plays, and who chooses it", repeated=True),
    Topic("health", "JSON: the device's own state", repeated=True),
    Topic("camera", "ON or OFF"),
    Topic("looking", "ON while a camera delivers frames, else OFF", repeated=True),
    Topic("control", "auto, hands_off or off"),
    Topic("override", "a mood, or auto"),
    Topic("profile", "a profile's name"),
    Topic("presence_override", "ON, OFF or auto"),
    Topic("event", "JSON: something that happened", retained=False),
    Topic("follow", "JSON: a report for the other devices of music.follow", retained=False),
)
STATUS, EVENT, LOOKING, FOLLOW = "status", "event", "looking", "follow"
RETAINED = tuple(topic.name for topic in TOPICS if topic.retained)
REPEATED = tuple(topic.name for topic in TOPICS if topic.repeated)
# Commands are subscribed to as set/NAME; those that are retained are ignored.
COMMANDS = "set/"
MAX_COMMAND_BYTES = 1024
MAX_COMMAND_NAME_CHARS = 40


def base_of(base_topic: str, device: str) -> str:
    """The topic above all others of a device."""
    return f"{base_topic}/{device}"


def client_id_of(config: MqttConfig, device: str, role: str = "") -> str:
    """The name of the client on the broker. role: of another program of this device's, such as `check`."""
    name = config.client_id or f"moodroom-{device}"
    return f"{name}-{role}" if role else name


def read_command(name: str, payload: bytes) -> Command:
    """The message on `set/<name>` as a command, with a `fault` if the payload can't be one."""
    if len(payload) > MAX_COMMAND_BYTES:
        return Command(
            name, origin="mqtt", fault=f"{name} is longer than {MAX_COMMAND_BYTES} bytes; send a word or a number"
        )
    try:
        return Command(name, clean(payload.decode("utf-8").strip(), MAX_COMMAND_BYTES), origin="mqtt")
    except UnicodeDecodeError:
        return Command(name, origin="mqtt", fault=f"{name} isn't UTF-8 text; send a word or a number")
