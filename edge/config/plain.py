"""What sections are built from where pydantic stays out: classes that hold values which were validated elsewhere.

It has the names that the sections take from pydantic, and of a model what a running device uses: defaults, equality,
`model_copy`, `model_dump` and `model_fields_set`. Nothing is validated.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Set
from datetime import time
from ipaddress import IPv4Address, IPv6Address
from typing import Any, ClassVar


class Unused:
    """A validator or constraint; only pydantic uses it."""

    def __init__(self, *_: Any, **__: Any) -> None: ...


AfterValidator = BeforeValidator = WrapValidator = StringConstraints = WithJsonSchema = Unused
IPvAnyAddress = TypeAdapter = ValidationInfo = Unused
ConfigDict = dict


class Field:
    """A field's constraints, which only pydantic uses, and its default if that is made anew each time."""

    def __init__(self, *, default_factory: Callable[[], Any] | None = None, **_: Any) -> None:
        self.default_factory = default_factory


def field_validator(*_: Any, **__: Any) -> Callable[[Any], Any]:
    """Return a decorator that changes nothing."""
    return lambda function: function


model_validator = field_validator


class BaseModel:
    """A frozen value with named fields. It takes them as they are."""

    field_names: ClassVar[tuple[str, ...]] = ()
    model_fields_set: frozenset[str]

    def __init_subclass__(cls) -> None:
        own = (name for name in inspect.get_annotations(cls) if name not in cls.field_names)
        cls.field_names = (*cls.field_names, *own)

    def __init__(self, **values: Any) -> None:
        """Raises TypeError for a value that there is no field for, or for a missing one without a default."""
        given = frozenset(values)
        missing = [name for name in self.field_names if name not in values and not hasattr(type(self), name)]
        if missing or not given <= set(self.field_names):
            raise TypeError(f"{type(self).__name__}: missing or unknown: {missing or given - set(self.field_names)}")
        complete = {name: values[name] if name in values else self._default(name) for name in self.field_names}
        self.__dict__.update(complete, model_fields_set=given)

    @classmethod
    def model_construct(cls, _fields_set: Set[str] | None = None, **values: Any) -> Any:
        """Return a section with these values; `_fields_set` are those that were given."""
        made = cls(**values)
        if _fields_set is not None:
            made.__dict__["model_fields_set"] = frozenset(_fields_set)
        return made

    @classmethod
    def _default(cls, name: str) -> Any:
        default = getattr(cls, name)
        return default.default_factory() if isinstance(default, Field) and default.default_factory else default

    def model_copy(self, *, update: dict[str, Any]) -> Any:
        """Return a section with some other values."""
        return self.model_construct(self.model_fields_set | set(update), **(dict(self._items()) | update))

    def model_dump(self, *, mode: str) -> dict[str, Any]:  # noqa: ARG002
        """Return the values as JSON has them. mode: `json`, as for pydantic."""
        return {name: _as_json(value) for name, value in self._items()}

    def _items(self) -> list[tuple[str, Any]]:
        return [(name, self.__dict__[name]) for name in self.field_names]

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} can't be changed")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BaseModel) and type(self) is type(other) and self._items() == other._items()

    def __hash__(self) -> int:
        return hash((type(self), *(value for _, value in self._items())))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._items())})"


def _as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: _as_json(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(one) for one in value]
    if isinstance(value, time):
        return value.isoformat()
    return str(value) if isinstance(value, (IPv4Address, IPv6Address)) else value
