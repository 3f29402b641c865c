"""The messages of Music Assistant's websocket: one JSON object each. Pure.

After the connection the server tells about itself; then commands go out, and answers and events come in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.text import clean, parse_json, to_json

# The versions of the protocol (the server's `schema_version`) that this adapter was checked against.
SCHEMA_MIN, SCHEMA_KNOWN = 26, 87
# From this version on a client has to show a token.
SCHEMA_WITH_TOKEN = 28


@dataclass(frozen=True)
class ServerInfo:
    """What the server says of itself. schema: its version of the protocol. schema_min: the lowest for a client."""

    version: str
    schema: int
    schema_min: int


@dataclass(frozen=True)
class CommandAnswer:
    """The result of a command. partial: more of it follows."""

    id: str
    result: Any
    partial: bool = False


@dataclass(frozen=True)
class CommandRefusal:
    """A command that the server refused. code: its kind of error. text: its words, cleaned."""

    id: str
    code: int
    text: str


@dataclass(frozen=True)
class ServerEvent:
    """Something changed. kind: such as `queue_updated`. object_id: the player or queue that it is about."""

    kind: str
    object_id: str
    data: Any


ServerMessage = ServerInfo | CommandAnswer | CommandRefusal | ServerEvent


def command_text(message_id: str, command: str, args: dict[str, Any]) -> str:
    """A command as it is sent; arguments that are None are left out."""
    known = {name: value for name, value in args.items() if value is not None}
    return to_json({"message_id": message_id, "command": command, "args": known})


def parse_message(text: str | bytes) -> ServerMessage | None:
    """The message; None for one of a kind that isn't known. Raises ValueError for what isn't a message at all."""
    raw = parse_json(text)
    if not isinstance(raw, dict):
        raise ValueError("is no JSON object")
    if isinstance(raw.get("event"), str):
        return ServerEvent(raw["event"], str(raw.get("object_id") or ""), raw.get("data"))
    message_id = str(raw.get("message_id") or "")
    if "error_code" in raw:
        return CommandRefusal(message_id, _number(raw["error_code"]), clean(str(raw.get("details") or "")))
    if "server_version" in raw:
        return ServerInfo(
            clean(str(raw["server_version"])),
            _number(raw.get("schema_version")),
            _number(raw.get("min_supported_schema_version")),
        )
    if message_id and "result" in raw:
        return CommandAnswer(message_id, raw["result"], raw.get("partial") is True)
    return None


def _number(value: Any) -> int:
    """The whole number; 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
