"""What a health rule finds: a sentence about one part, and how serious it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(str, Enum):
    """A problem stops the device from working, or soon will; a notice is good to know."""

    PROBLEM = "problem"
    NOTICE = "notice"


@dataclass(frozen=True)
class Finding:
    """One sentence: what is wrong and how to fix it. part: such as `camera` or `disk`."""

    part: str
    message: str
    severity: Severity = Severity.PROBLEM
