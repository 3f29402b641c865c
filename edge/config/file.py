"""Reads the YAML file: validated values, or one sentence that names the key, its line and the mend."""

from __future__ import annotations

import difflib
import stat
import types
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from edge.config import Choice, Config
from edge.config.vision import Source
from edge.config.yaml_lines import Location, dotted, read
from edge.errors import ConfigError

PLACES = (Path("config.yaml"), Path("/etc/moodroom/config.yaml"))
_SECRET_S_PLACE = {
    "mqtt": "name a file in mqtt.password_file, or set MOODROOM_MQTT_PASSWORD",
    "mpd": "name a file in mpd.password_file, or set MOODROOM_MPD_PASSWORD",
    "web": "remove it, and run: moodroom web password",
    "spotify": "remove it, and run: moodroom login",
}
_SECRETS = ("password", "secret", "token", "client_secret", "refresh_token")


def find(path: Path | None) -> Path | None:
    """The file that was named, else the first of PLACES that exists, else None: everything at its default.

    Raises ConfigError where one may be there and can't be seen: the defaults would be a surprise then.
    """
    if path is not None:
        return path
    return next((place for place in PLACES if _is_file(place)), None)


def _is_file(place: Path) -> bool:
    try:
        return stat.S_ISREG(place.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise ConfigError(f"{place}: can't be read: {error.strerror}; name the file with --config") from None


def load(path: Path | None) -> Config:
    """Read and validate the file; raises ConfigError with one sentence."""
    if path is None:
        return Config()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file; copy config.yaml from the project there") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder; name the YAML file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't UTF-8 text"
        raise ConfigError(f"{path}: can't be read: {reason}") from None
    return parse(text, name=str(path))


def _at_home(written: str) -> str:
    """`~/x` or `~user/x` -> the whole path; raises ValueError where nobody is called so."""
    try:
        return str(Path(written).expanduser())
    except RuntimeError:
        raise ValueError("must be the whole path, or begin with ~ or a user that this machine knows") from None


# What the values' validation needs to know of this machine.
_CONTEXT = {"expand": _at_home}


def source(given: str) -> str:
    """What `--source` names, in the form of camera.source; raises ConfigError with one sentence."""
    try:
        return TypeAdapter[str](Source).validate_python(given, context=_CONTEXT)
    except ValidationError as error:
        raise ConfigError(f"--source: {_sentence(error.errors()[0]).removeprefix(': ')}") from None


def parse(text: str, *, name: str = "config.yaml") -> Config:
    """Validate the text of a configuration; `name` is what errors call it."""
    tree, lines = read(text, name)
    if tree is None:
        return Config()
    if not isinstance(tree, dict):
        raise ConfigError(f"{name}: must be sections such as `camera:` with keys under them")
    # `mqtt:` with nothing under it is a section left at its defaults.
    tree = {key: {} if value is None and key in Config.model_fields else value for key, value in tree.items()}
    try:
        return Config.model_validate(tree, context=_CONTEXT)
    except ValidationError as error:
        found = sorted(error.errors(), key=lambda e: _line(_clean(e["loc"]), lines))
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        first = found[0]
        line = _line(_clean(first["loc"]), lines)
        raise ConfigError(f"{name}, line {line}: {_sentence(first)}{more}") from None


def _line(at: Location, lines: dict[Location, int]) -> int:
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 1)


def _clean(loc: Location) -> Location:
    """Drop the mark: pydantic marks a wrong key with a last part `[key]`; people don't."""
    return tuple(part for part in loc if part != "[key]")


def _sentence(error: ErrorDetails) -> str:
    at = _clean(error["loc"])
    path = dotted(at)
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind in ("extra_forbidden", "literal_error") and (kind == "extra_forbidden" or error["loc"][-1] == "[key]"):
        return _unknown(at)
    if kind == "literal_error":
        wanted = str(context["expected"])
        names = _quoted(wanted)
        if not isinstance(given, str) and str(given) in names:
            return f"{path}: must be {wanted}; put {given} in quotes"
        return f"{path}: must be {wanted}, not {_show(given)}{_nearest(str(given), names)}"
    if kind == "value_error":
        reason = str(context["error"])
        if reason.split(":", 1)[0].split(".")[0] in ("profile", "schedule", "strategy"):
            return f"{path}.{reason}"
        return f"{path}: {reason}, not {_show(given)}"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"{path}: must be a section with keys under it, not {_show(given)}"
    if kind == "string_type":
        return f"{path}: must be text; put {_show(given)} in quotes" if given is not None else f"{path}: must be text"
    if kind == "string_pattern_mismatch" and path == "spotify.client_id":
        return f"{path}: must be the 32 characters 0-9 and a-f that Spotify's dashboard shows, not {_show(given)}"
    message = error["msg"]
    for long, short in _PLAIN.items():
        message = message.replace(long, short)
    return f"{path}: {message}, not {_show(given)}"


_PLAIN = {
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
    "Field required": "must be given",
}


def _show(value: Any) -> str:
    text = "empty" if value is None else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _quoted(text: str) -> list[str]:
    return text.split("'")[1::2]


def _unknown(at: Location) -> str:
    path, key = dotted(at), str(at[-1])
    if key in _SECRETS:
        return f"{path}: secrets don't stand in this file; {_SECRET_S_PLACE.get(str(at[0]), 'remove it')}"
    return f"{path}: there is no such key{_nearest(key, _known(at[:-1]))}"


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, 1, 0.6)
    return f"; did you mean {near[0]}?" if near else f"; there is {', '.join(known)}" if known else ""


def _known(at: Location) -> list[str]:
    """The names that are valid under this place."""
    model: Any = Config
    for part in at:
        model = _plain(_below(model, part))
    if isinstance(model, type) and issubclass(model, BaseModel):
        return list(model.model_fields)
    if typing.get_origin(model) is dict:
        return [str(name) for name in typing.get_args(typing.get_args(model)[0])]
    return []


def _plain(model: Any) -> Any:
    """Without annotations; of two forms the section, which has the keys."""
    if typing.get_origin(model) is typing.Annotated:
        return _plain(typing.get_args(model)[0])
    forms = typing.get_args(model) if typing.get_origin(model) in (typing.Union, types.UnionType) else ()
    return next((one for one in forms if isinstance(one, type) and issubclass(one, BaseModel)), model)


def _below(model: Any, part: int | str) -> Any:
    if isinstance(part, int):
        return typing.get_args(model)[0] if typing.get_origin(model) is tuple else model
    if isinstance(model, type) and issubclass(model, BaseModel):
        field = model.model_fields.get(part)
        model = field.annotation if field else None
    elif typing.get_origin(model) is dict:
        model = typing.get_args(model)[1]
    return model


def schema() -> dict[str, Any]:
    """The file's JSON schema, for editors."""
    found = Config.model_json_schema()
    found["title"] = "Moodroom's config.yaml"
    # A mood may be given its address alone.
    choice = found["$defs"][Choice.__name__]
    found["$defs"][Choice.__name__] = {"anyOf": [{"type": "string"}, choice]}
    return found
