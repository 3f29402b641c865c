"""What sections are built from: pydantic or, where it stays out of the process, what `plain` has of the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edge import validation

if TYPE_CHECKING:
    from pydantic import AfterValidator as AfterValidator
    from pydantic import BaseModel as BaseModel
    from pydantic import BeforeValidator as BeforeValidator
    from pydantic import ConfigDict as ConfigDict
    from pydantic import Field as Field
    from pydantic import IPvAnyAddress as IPvAnyAddress
    from pydantic import StringConstraints as StringConstraints
    from pydantic import TypeAdapter as TypeAdapter
    from pydantic import ValidationInfo as ValidationInfo
    from pydantic import WithJsonSchema as WithJsonSchema
    from pydantic import WrapValidator as WrapValidator
    from pydantic import field_validator as field_validator
    from pydantic import model_validator as model_validator
else:
    if validation.is_elsewhere():
        from edge.config import plain as parts
    else:
        import pydantic as parts

    def __getattr__(name: str) -> Any:
        """Return what the one or the other has of this name."""
        if name.startswith("__"):
            # Such as __path__: pydantic is a package, and this isn't.
            raise AttributeError(name)
        return getattr(parts, name)
