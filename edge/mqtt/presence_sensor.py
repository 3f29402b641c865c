"""The home's own presence sensor: the messages of `mqtt.presence_topic`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge.sentences import Sentence, TechnicalText
from edge.text import is_on, parse_json

MAX_MESSAGE_BYTES = 65536
# As much of a wrong value is shown.
MAX_SHOWN_CHARS = 40
# What a sensor or its gateway sends where there is no value.
NO_VALUE = ("", "none", "null", "unknown", "unavailable", "offline")


def read_sensor(payload: bytes, key: str | None) -> bool | None:
    """The value of a message; None where the sensor has none.

    key: names inside a JSON object, with dots between them; None for a plain word. Raises ValueError with a sentence.
    """
    if len(payload) > MAX_MESSAGE_BYTES:
        raise ValueError(f"its message is longer than {MAX_MESSAGE_BYTES} bytes")
    try:
        text = payload.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise ValueError("its message isn't UTF-8 text") from None
    if text.lower() in NO_VALUE:
        return None
    try:
        value = parse_json(text)
    except ValueError:
        value = text
    if key is not None:
        value = _at(value, key)
    elif isinstance(value, dict):
        raise ValueError("its message is a JSON object; name the value's key in mqtt.presence_key")
    word = str(value)
    if word.strip().lower() in NO_VALUE:
        return None
    try:
        return is_on(word)
    except ValueError:
        shown = word if len(word) <= MAX_SHOWN_CHARS else word[:MAX_SHOWN_CHARS] + "..."
        raise ValueError(f"its value must be ON or OFF, not {shown!r}") from None


def _at(value: Any, key: str) -> Any:
    """The value at a path of names. A name that contains dots itself is found, too."""
    if isinstance(value, dict):
        if key in value:
            return value[key]
        for end, letter in enumerate(key):
            if letter == "." and key[:end] in value:
                return _at(value[key[:end]], key[end + 1 :])
    raise ValueError(f"its message has no value at mqtt.presence_key, {key}")


class PresenceSensor:
    """Takes the messages of one topic. topic: the sensor's."""

    def __init__(
        self,
        topic: str,
        key: str | None,
        *,
        report: Callable[[bool | None], None],
        problem: Callable[[str | None], None],
    ) -> None:
        """report: called with each value. problem: called with a sentence for a wrong one, then None for a right one.

        Both are called in paho's thread.
        """
        self.topic = topic
        self._key, self._report, self._problem = key, report, problem
        self._last: bytes | None = None
        self._wrong = False

    def message(self, payload: bytes, *, retained: bool) -> None:
        """Take a message. retained: the broker had kept it, so it may be old."""
        if retained and payload == self._last:
            # After a reconnect the broker repeats what is known already, and its age counts from the first time.
            return
        self._last = payload
        try:
            value = read_sensor(payload, self._key)
        except ValueError as error:
            self._wrong = True
            text = f"mqtt.presence_topic: {self.topic} can't be used: {error}"
            plain = Sentence("The home's presence sensor says what can't be read; the settings say more.")
            self._problem(TechnicalText(text, plain))
            return
        if self._wrong:
            self._wrong = False
            self._problem(None)
        self._report(value)
