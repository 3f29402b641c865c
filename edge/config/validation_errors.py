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
from edge.sentences import Sentence, with_values

_SECRETS = ("password", "secret", "token", "client_secret", "refresh_token")
_FILE_HINT = Sentence("name a file in {key}, or set {variable}")
_COMMAND_HINT = Sentence("remove it, and run: {command}")
# What to do about a secret in the file, by section.
_SECRET_HINTS = {
    "mqtt": with_values(_FILE_HINT, key="mqtt.password_file", variable="MOODROOM_MQTT_PASSWORD"),
    "mpd": with_values(_FILE_HINT, key="mpd.password_file", variable="MOODROOM_MPD_PASSWORD"),
    "music_assistant": with_values(
        _FILE_HINT, key="music_assistant.token_file", variable="MOODROOM_MUSIC_ASSISTANT_TOKEN"
    ),
    "web": with_values(_COMMAND_HINT, command="moodroom web password"),
    "spotify": with_values(_COMMAND_HINT, command="moodroom login"),
}
_REMOVE_IT = Sentence("remove it")
_ONE_ENTRY, _LIST = Sentence("must have at least one entry"), Sentence("must be a list")
_WHOLE_NUMBER, _NUMBER = Sentence("must be a whole number"), Sentence("must be a number")
_TRUE_OR_FALSE = Sentence("must be true or false")
_ADDRESS = Sentence("must be one address such as 127.0.0.1, without port")
# What a value must be, by the type of pydantic's error.
_REASONS = {
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "int_type": _WHOLE_NUMBER,
    "int_parsing_size": Sentence("must be a smaller number"),
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": Sentence("must be a finite number"),
    "tuple_type": _LIST,
    "list_type": _LIST,
    "bool_parsing": _TRUE_OR_FALSE,
    "bool_type": _TRUE_OR_FALSE,
    "missing": Sentence("must be given"),
    "too_short": _ONE_ENTRY,
    "string_unicode": Sentence("must be a valid string, unable to parse raw data as a unicode string"),
    "ip_any_address": _ADDRESS,
}
# What a number must be, with the name that pydantic has for the limit; a duration's has a unit.
_LIMITS = {
    "greater_than_equal": ("ge", Sentence("must be at least {limit}"), Sentence("must be at least {limit} s")),
    "less_than_equal": ("le", Sentence("must be at most {limit}"), Sentence("must be at most {limit} s")),
    "greater_than": ("gt", Sentence("must be greater than {limit}"), Sentence("must be greater than {limit} s")),
    "less_than": ("lt", Sentence("must be less than {limit}"), Sentence("must be less than {limit} s")),
}
# How long a text must be, by the error's type, and whether that is one character.
_LENGTHS = {
    ("string_too_short", True): Sentence("must have at least {limit} character"),
    ("string_too_short", False): Sentence("must have at least {limit} characters"),
    ("string_too_long", True): Sentence("must have at most {limit} character"),
    ("string_too_long", False): Sentence("must have at most {limit} characters"),
}
# Pydantic's phrases in errors of the command line, and plainer ones.
_PHRASES = {
    "Input should be ": "must be ",
    "a valid integer, unable to parse string as an integer": "a whole number",
    "a valid integer, got a number with a fractional part": "a whole number",
    "a valid integer": "a whole number",
    "a valid number, unable to parse string as a number": "a number",
    "a valid number": "a number",
    "a valid boolean, unable to interpret input": "true or false",
    "a valid boolean": "true or false",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
}

# What the text of these keys must be.
_PATTERNS = {
    "spotify.client_id": Sentence("must be the 32 characters 0-9 and a-f that Spotify's dashboard shows"),
    "camera.aspect": Sentence("must be two whole numbers such as 4:3, in quotes"),
    "library.reccobeats_url": Sentence("must be an address that begins with http:// or https://"),
}
_OTHER_FORM = Sentence("must have another form")


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
        return _not_one_of(path, value, str(context["expected"]))
    if kind == "value_error":
        raised = context["error"]
        reason = raised.args[0] if len(raised.args) == 1 and isinstance(raised.args[0], str) else str(raised)
        if not at:
            # It is about several sections, and names the key itself.
            return reason
        if reason.split(":", 1)[0].split(".")[0] in _KEYS_IN_REASONS:
            return Sentence("{section}.{reason}", section=path, reason=reason)
        return _refused(path, reason, value)
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return _refused(path, Sentence("must be a section with keys under it"), value)
    if kind == "string_type":
        if value is None:
            return Sentence("{key}: must be text", key=path)
        return Sentence("{key}: must be text; put {value} in quotes", key=path, value=shown(value))
    if kind == "too_long":
        limit, count = context["max_length"], context["actual_length"]
        return Sentence("{key}: must have at most {limit} entries, not {count}", key=path, limit=limit, count=count)
    if kind == "string_pattern_mismatch":
        return _refused(path, _PATTERNS.get(path, _OTHER_FORM), value)
    return _refused(path, _reason(kind, value, context, error["msg"]), value)


def _refused(path: str, reason: str, value: Any) -> Sentence:
    return Sentence("{key}: {reason}, not {value}", key=path, reason=reason, value=shown(value))


def _reason(kind: str, value: Any, context: dict[str, Any], message: str) -> str:
    """What a value must be."""
    if kind in _LIMITS:
        name, bare, in_seconds = _LIMITS[kind]
        # A duration, written with its unit; its limits are in seconds.
        with_unit = isinstance(value, str) and value[-1:].isalpha()
        return with_values(in_seconds if with_unit else bare, limit=f"{context[name]:.15g}")
    if kind in ("string_too_short", "string_too_long"):
        limit = context["min_length" if kind == "string_too_short" else "max_length"]
        return with_values(_LENGTHS[kind, limit == 1], limit=limit)
    return _REASONS.get(kind) or plain(message)


def plain(message: str) -> str:
    """Pydantic's message in plainer words."""
    for phrase, words in _PHRASES.items():
        message = message.replace(phrase, words)
    return message


def _not_one_of(path: str, value: Any, expected: str) -> Sentence:
    names = expected.split("'")[1::2]
    several, _, last = expected.rpartition(" or ")
    choices = Sentence("{several} or {last}", several=several, last=last) if several else expected
    if not isinstance(value, str) and str(value) in names:
        return Sentence("{key}: must be {choices}; put {value} in quotes", key=path, choices=choices, value=value)
    near = _nearest(str(value), names)
    told = {"key": path, "choices": choices, "value": shown(value)}
    if near:
        return Sentence("{key}: must be {choices}, not {value}; did you mean {name}?", **told, name=near)
    return Sentence("{key}: must be {choices}, not {value}", **told)


def _unknown_key(at: Location) -> Sentence:
    path, key = dotted(at), str(at[-1])
    if key in _SECRETS:
        hint = _SECRET_HINTS.get(str(at[0]), _REMOVE_IT)
        return Sentence("{key}: secrets don't belong in this file; {hint}", key=path, hint=hint)
    names = _valid_keys(at[:-1])
    near = _nearest(key, names)
    if near:
        return Sentence("{key}: there is no such key; did you mean {name}?", key=path, name=near)
    if names:
        return Sentence("{key}: there is no such key; there is {names}", key=path, names=", ".join(names))
    return Sentence("{key}: there is no such key", key=path)


def _nearest(word: str, names: list[str]) -> str:
    """The name that is similar; "" for none."""
    near = difflib.get_close_matches(word, names, 1, 0.6)
    return near[0] if near else ""


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
