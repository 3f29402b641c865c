"""Turns pydantic's validation errors into one sentence: the key, what is wrong, what to do."""

from __future__ import annotations

import difflib
import types
import typing
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from edge.config import Config
from edge.config.fields import shown
from edge.config.yaml_lines import Location, dotted

_SECRETS = ("password", "secret", "token", "client_secret", "refresh_token")
# What to do about a secret in the file, by section.
_SECRET_HINTS = {
    "mqtt": "name a file in mqtt.password_file, or set MOODROOM_MQTT_PASSWORD",
    "mpd": "name a file in mpd.password_file, or set MOODROOM_MPD_PASSWORD",
    "music_assistant": "name a file in music_assistant.token_file, or set MOODROOM_MUSIC_ASSISTANT_TOKEN",
    "web": "remove it, and run: moodroom web password",
    "spotify": "remove it, and run: moodroom login",
}
# Pydantic's phrases, and plainer ones.
_PHRASES = {
    "Input should be ": "must be ",
    "a valid integer, unable to parse string as an integer": "a whole number",
    "a valid integer, got a number with a fractional part": "a whole number",
    "a valid integer": "a whole number",
    "a valid number, unable to parse string as a number": "a number",
    "a valid number": "a number",
    "a valid tuple": "a list",
    "a valid boolean, unable to interpret input": "true or false",
    "a valid boolean": "true or false",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "String should have at least": "must have at least",
    "String should have at most": "must have at most",
    "Dictionary should have at least 1 item after validation, not 0": "must have at least one entry",
    "Tuple should have at least 1 item after validation, not 0": "must have at least one entry",
    "Field required": "must be given",
    "value is not a valid IPv4 or IPv6 address": "must be one address such as 127.0.0.1, without port",
}

# What the text of these keys must be.
_PATTERNS = {
    "spotify.client_id": "must be the 32 characters 0-9 and a-f that Spotify's dashboard shows",
    "camera.aspect": "must be two whole numbers such as 4:3, in quotes",
    "library.reccobeats_url": "must be an address that begins with http:// or https://",
}


# A check of several sections names the key itself.
_KEYS_IN_REASONS = ("profile", "profiles", "schedule", "strategy", "presence_topic", "min_face")


def location(error: ErrorDetails) -> Location:
    """Where the error is, without the part `[key]` that pydantic appends for a wrong key."""
    return tuple(part for part in error["loc"] if part != "[key]")


def sentence(error: ErrorDetails) -> str:
    """The error as one sentence that begins with the key's path."""
    at = location(error)
    path = dotted(at)
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind in ("extra_forbidden", "literal_error") and (kind == "extra_forbidden" or error["loc"][-1] == "[key]"):
        return _unknown_key(at)
    if kind == "literal_error":
        expected = str(context["expected"])
        names = expected.split("'")[1::2]
        if not isinstance(value, str) and str(value) in names:
            return f"{path}: must be {expected}; put {value} in quotes"
        return f"{path}: must be {expected}, not {shown(value)}{_suggestion(str(value), names, listed=False)}"
    if kind == "value_error":
        reason = str(context["error"])
        if not at:
            # It is about several sections, and names the key itself.
            return reason
        if reason.split(":", 1)[0].split(".")[0] in _KEYS_IN_REASONS:
            return f"{path}.{reason}"
        return f"{path}: {reason}, not {shown(value)}"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"{path}: must be a section with keys under it, not {shown(value)}"
    if kind == "string_type":
        return f"{path}: must be text; put {shown(value)} in quotes" if value is not None else f"{path}: must be text"
    if kind == "too_long":
        return f"{path}: must have at most {context['max_length']} entries, not {context['actual_length']}"
    if kind == "string_pattern_mismatch":
        return f"{path}: {_PATTERNS.get(path, 'must have another form')}, not {shown(value)}"
    message = plain(error["msg"])
    if kind in ("greater_than_equal", "less_than_equal") and isinstance(value, str) and value[-1:].isalpha():
        # A duration, written with its unit; its limits are in seconds.
        message += " s"
    return f"{path}: {message}, not {shown(value)}"


def plain(message: str) -> str:
    """Pydantic's message in plainer words."""
    for phrase, words in _PHRASES.items():
        message = message.replace(phrase, words)
    return message


def _unknown_key(at: Location) -> str:
    path, key = dotted(at), str(at[-1])
    if key in _SECRETS:
        return f"{path}: secrets don't belong in this file; {_SECRET_HINTS.get(str(at[0]), 'remove it')}"
    return f"{path}: there is no such key{_suggestion(key, _valid_keys(at[:-1]))}"


def _suggestion(word: str, names: list[str], *, listed: bool = True) -> str:
    """`; did you mean ...?` if a name is similar, else, if `listed`, all names."""
    near = difflib.get_close_matches(word, names, 1, 0.6)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there is {', '.join(names)}" if listed and names else ""


def _valid_keys(at: Location) -> list[str]:
    """The keys that are valid at this place."""
    model: Any = Config
    for part in at:
        model = _without_annotations(_below(model, part))
    if isinstance(model, type) and issubclass(model, BaseModel):
        return list(model.model_fields)
    if typing.get_origin(model) is dict:
        return [str(name) for name in typing.get_args(typing.get_args(model)[0])]
    return []


def _without_annotations(model: Any) -> Any:
    """The bare type; of a union, the section in it."""
    if typing.get_origin(model) is typing.Annotated:
        return _without_annotations(typing.get_args(model)[0])
    members = typing.get_args(model) if typing.get_origin(model) in (typing.Union, types.UnionType) else ()
    return next((member for member in members if isinstance(member, type) and issubclass(member, BaseModel)), model)


def _below(model: Any, part: int | str) -> Any:
    """The type of one item or key of `model`."""
    if isinstance(part, int):
        return typing.get_args(model)[0] if typing.get_origin(model) is tuple else model
    if isinstance(model, type) and issubclass(model, BaseModel):
        field = model.model_fields.get(part)
        model = field.annotation if field else None
    elif typing.get_origin(model) is dict:
        model = typing.get_args(model)[1]
    return model
