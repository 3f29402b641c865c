"""What sections are built from: pydantic or, where it stays out of the process, what `plain` has of the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge import validation

if TYPE_CHECKING or not validation.is_elsewhere():
    from pydantic import (
        AfterValidator,
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        IPvAnyAddress,
        StringConstraints,
        TypeAdapter,
        ValidationInfo,
        WithJsonSchema,
        WrapValidator,
        field_validator,
        model_validator,
    )
else:
    from edge.config.plain import (
        AfterValidator,
        BaseModel,
        BeforeValidator,
        ConfigDict,
        Field,
        IPvAnyAddress,
        StringConstraints,
        TypeAdapter,
        ValidationInfo,
        WithJsonSchema,
        WrapValidator,
        field_validator,
        model_validator,
    )

__all__ = [
    "AfterValidator",
    "BaseModel",
    "BeforeValidator",
    "ConfigDict",
    "Field",
    "IPvAnyAddress",
    "StringConstraints",
    "TypeAdapter",
    "ValidationInfo",
    "WithJsonSchema",
    "WrapValidator",
    "field_validator",
    "model_validator",
]
