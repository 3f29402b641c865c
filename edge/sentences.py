"""A sentence that travels as a template and values, so that it can be shown in another language. Pure."""

from __future__ import annotations

from typing import Any, NoReturn

from edge.text import TEXT_MAX_CHARS, clean


class Sentence(str):
    """An English text that remembers what it was made from; everything else may use it as a plain string.

    code: the English template, with named placeholders in braces; the key of the catalogues in `web/languages`.
    values: what the placeholders stand for: texts, numbers, or sentences of their own. What is made from it by
    formatting or joining is a plain string again.
    """

    code: str
    values: dict[str, Any]

    __slots__ = ("code", "values")

    def __new__(cls, code: str, **values: Any) -> Sentence:
        made = super().__new__(cls, code.format_map(values) if values else code)
        object.__setattr__(made, "code", code)
        object.__setattr__(made, "values", values)
        return made

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name}: a sentence doesn't change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{name}: a sentence doesn't change")

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.code, self.values)


class TechnicalText(Sentence):
    """An English text with words of the configuration, and the plain sentence that the page shows in its place.

    The text itself is for logs, MQTT and the settings. code and values are those of the plain sentence. exact: the
    text as a sentence that can be translated, if it was given as one.
    """

    exact: Sentence | None

    __slots__ = ("exact",)

    def __new__(cls, text: str, plain: Sentence) -> TechnicalText:
        made = str.__new__(cls, text)
        object.__setattr__(made, "exact", text if isinstance(text, Sentence) else None)
        object.__setattr__(made, "code", plain.code)
        object.__setattr__(made, "values", plain.values)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _technical_again, (self.exact or str(self), self.code, self.values)


# What the page calls each expression, and what a room or person in it is.
MOODS = {
    "happy": Sentence("happy"),
    "surprise": Sentence("surprise"),
    "neutral": Sentence("neutral"),
    "sad": Sentence("sad"),
    "fear": Sentence("fear"),
    "angry": Sentence("angry"),
    "disgust": Sentence("disgust"),
    "absent": Sentence("absent"),
    "unknown": Sentence("unknown"),
    "default": Sentence("default"),
}
ADJECTIVES = MOODS | {
    "surprise": Sentence("surprised"),
    "fear": Sentence("afraid"),
    "disgust": Sentence("disgusted"),
}


def cleaned(text: str) -> str:
    """Foreign text as it may travel through the device, as `text.clean` returns it; a sentence stays one."""
    if isinstance(text, TechnicalText):
        return TechnicalText(clean(text), Sentence(text.code, **text.values))
    if not isinstance(text, Sentence) or len(text) > TEXT_MAX_CHARS:
        return clean(text)
    values = {name: cleaned(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return Sentence(text.code, **values)


def exact(text: str) -> str:
    """The text itself, with words of the configuration, as a sentence that can be translated if there is one."""
    return (text.exact or str(text)) if isinstance(text, TechnicalText) else text


def with_values(sentence: Sentence, **values: Any) -> Sentence:
    """The sentence with other values for some of its placeholders."""
    return Sentence(sentence.code, **sentence.values | values)


def mood_word(mood: str) -> str:
    """A mood's name as a sentence of its own, so that it is translated."""
    return MOODS.get(mood, mood)


def _again(code: str, values: dict[str, Any]) -> Sentence:
    return Sentence(code, **values)


def _technical_again(text: str, code: str, values: dict[str, Any]) -> TechnicalText:
    return TechnicalText(text, Sentence(code, **values))


def parts(text: str) -> dict[str, Any]:
    """{"code", "values"} of a sentence, for JSON, also for the sentences among its values; {} for a plain text."""
    if not isinstance(text, Sentence):
        return {}
    made_of = {name: parts(value) if isinstance(value, Sentence) else value for name, value in text.values.items()}
    return {"code": text.code, "values": made_of}
