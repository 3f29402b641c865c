"""What the page shows of a problem: a plain sentence of the household's, and no words of the configuration. Pure."""

from __future__ import annotations

import re
from typing import Any

from edge.errors import BrokerError, CameraError, JournalError, LibraryError, ModelError, MoodroomError, PlayerError
from edge.sentences import Sentence, TechnicalText, parts

# What is shown where a text has no plain sentence of its own, by the part that it is about.
PLAIN = {
    "camera": CameraError.plain,
    "journal": JournalError.plain,
    "library": LibraryError.plain,
    "mqtt": BrokerError.plain,
    "player": PlayerError.plain,
    "presence": BrokerError.plain,
    "spotify": PlayerError.plain,
    "vision": ModelError.plain,
}
# Keys of the configuration, names of files, addresses, commands to type, and parts that begin a sentence for logs.
_TECHNICAL = re.compile(
    r"\b[a-z]+(?:_[a-z]+)*\.[a-z]+[a-z_]*\b|\b[a-z]+_[a-z_]+\b|`|/\w+/|\b\d+\.\d+\.\d+\.\d+\b|\bmoodroom [a-z]+"
    r"|^(?:spotify|mpd|go_librespot|music_assistant|mqtt|web|configuration): "
)


def is_technical(text: str) -> bool:
    """Whether a text has words that only those know who set the device up."""
    return _TECHNICAL.search(text) is not None


def told(text: str, part: str = "") -> dict[str, Any]:
    """{"code", "values"} of what the page shows in place of the text; {} for a text that is shown as it is.

    part: what the text is about, for a text without a plain sentence of its own.
    """
    if isinstance(text, TechnicalText) or not isinstance(text, Sentence):
        known = isinstance(text, TechnicalText) or not is_technical(text)
        return parts(text if known else _plain(part))
    if is_technical(text.code):
        return parts(_plain(part))
    values = {name: _shown(value, part) for name, value in text.values.items()}
    return {"code": text.code, "values": values}


def _shown(value: Any, part: str) -> Any:
    """A value of a sentence: what is shown in its place, or the value itself."""
    return (told(value, part) or value) if isinstance(value, str) else value


def _plain(part: str) -> Sentence:
    return PLAIN.get(part, MoodroomError.plain)
