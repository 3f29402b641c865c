"""A sentence that travels as a template and values, so that it can be shown in another language. Pure."""

from __future__ import annotations

from typing import Any, NoReturn


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


def _again(code: str, values: dict[str, Any]) -> Sentence:
    return Sentence(code, **values)


def parts(text: str | None) -> dict[str, Any] | None:
    """{"code", "values"} of a sentence, for JSON, also for the sentences among its values; None for a plain text."""
    if not isinstance(text, Sentence):
        return None
    values = {name: parts(value) or value if isinstance(value, str) else value for name, value in text.values.items()}
    return {"code": text.code, "values": values}
