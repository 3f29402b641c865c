"""Wrong usage as one plain sentence, in place of the texts of the library that parses the arguments."""

from __future__ import annotations

import difflib
import itertools
import re
from typing import Any

from typer.exceptions import TyperException

SHOWN_MAX_CHARS = 40


def help_text(error: TyperException) -> str | None:
    """The help of `moodroom`, or of a group of commands, that was named without a command; None for other errors."""
    context: Any = getattr(error, "ctx", None)
    asks = type(error).__name__ == "NoArgsIsHelpError" or error.message.startswith("Missing command")
    return str(context.get_help()) if asks and context is not None else None


def empty_argument(arguments: list[str]) -> str | None:
    """What is wrong with the first empty argument, as with an unset variable of a shell; None if there is none.

    An empty path would mean the current folder. `--source` has a sentence of its own.
    """
    for before, argument in itertools.pairwise(["moodroom", *arguments]):
        option, equals, value = argument.partition("=")
        if option.startswith("--") and equals and not value:
            before = option
        elif argument:
            continue
        if before != "--source":
            return f"{before[:SHOWN_MAX_CHARS]}: the argument after it is empty; give it a value, or leave it out"
    return None


def sentence(error: TyperException) -> str:
    """What is wrong, and what to do, without a full stop."""
    context: Any = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "moodroom"
    see = f"see `{path} --help`"
    kind, message = type(error).__name__, " ".join(error.format_message().split()).rstrip(".")
    parameter: Any = getattr(error, "param", None)
    name = _name(parameter)
    if kind == "MissingParameter":
        return f"{name or 'an argument'} is missing; {see}"
    if kind == "NoSuchOption":
        option, known = getattr(error, "option_name", ""), getattr(error, "possibilities", None) or ()
        near = difflib.get_close_matches(option, known, 1)
        return f"{error.message}; {f'did you mean {near[0]}?' if near else see}"
    if kind == "BadOptionUsage":
        option = getattr(error, "option_name", "")
        takes_none = "does not take" in message
        return f"{option}: {'takes no value; leave it out' if takes_none else f'needs a value after it; {see}'}"
    if kind == "BadParameter" and name:
        return f"{name}: {_refusal(error)}"
    if extra := re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", message):
        return f"{extra[1]}: there is no such argument; {see}"
    if message.startswith("No such command"):
        message, _, near_command = message.partition(". Did you mean ")
        return f"{message}; {'did you mean ' + near_command if near_command else see}"
    return f"{message}; {see}"


def _name(parameter: Any) -> str:
    """An option as it is typed, an argument in capitals as in the help."""
    if parameter is None:
        return ""
    if getattr(parameter, "param_type_name", "") == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.name).upper()


def _refusal(error: TyperException) -> str:
    """`must be ..., not ...` for a value that the parser refuses."""
    # Imported here because pydantic takes time, and most commands are typed rightly.
    from edge.config.validation_errors import plain

    cause: Any = error.__cause__
    try:
        value = f", not {str(cause.errors()[0]['input'])[:SHOWN_MAX_CHARS]!r}"
    except (AttributeError, LookupError, TypeError):
        value = ""
    return f"{plain(error.message).rstrip('.')}{value}"
