"""The page."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from edge.config.kinds import Port, Section


def _no_page(value: bool) -> bool:
    if value:
        raise ValueError("this version has no page yet; set it to false")
    return value


class WebConfig(Section):
    enabled: Annotated[bool, AfterValidator(_no_page)] = False
    """The page for phones; this version has none yet."""
    host: str = "127.0.0.1"
    """The address that the page will listen on."""
    port: Port = 8730
    """Its port."""
