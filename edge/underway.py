"""What was asked of the player and isn't seen yet. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from edge.values import Act, Wish


@dataclass(frozen=True)
class AskedPlay:
    """Music that was asked for and doesn't play yet. songs: how many others began meanwhile."""

    wish: Wish
    at: float
    songs: int = 0


@dataclass(frozen=True)
class AskedState:
    """A pause or going on that was asked for and isn't seen yet."""

    wish: Wish
    at: float

    @property
    def wanted(self) -> str:
        return "paused" if self.wish.act is Act.PAUSE else "playing"


@dataclass(frozen=True)
class AskedVolume:
    """A volume that was asked for. goal: 0..100. moved: when it was asked for, or last changed, or couldn't be seen."""

    goal: int
    moved: float
