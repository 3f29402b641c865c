"""`SettlingVolume`: a volume that was set a moment ago; a server may show the old one for a while. Pure."""

from __future__ import annotations

VOLUME_SETTLE_S = 2.0


class SettlingVolume:
    """Volumes are 0..100; times on the player's clock, seconds."""

    def __init__(self) -> None:
        self._set: int | None = None
        # Those that may still be shown from before.
        self._passed: set[int] = set()
        self._at = float("-inf")

    def set(self, now: float, volume: int, *, shown: int | None) -> None:
        """A volume was set. shown: the one until then."""
        before = {known for known in (None if self._passed else shown, self._set) if known is not None}
        self._passed = (self._passed | before) - {volume}
        self._set, self._at = volume, now

    def settled(self, now: float, shown: int | None) -> int | None:
        """Return the volume that was set, as long as an older one is shown."""
        if now - self._at < VOLUME_SETTLE_S and shown in self._passed:
            return self._set
        # It took effect, or somebody has set another one since.
        self._passed, self._set = set(), None
        return shown
