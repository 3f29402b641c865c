"""How loud: the room's volume as people left it, what a choice adds to it, and the ceiling. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.music.takeover import VOLUME_SLACK, TakeoverDetector
from edge.music.timetable import Timetable
from edge.values import When, Wish


class VolumePolicy:
    """The volume that people want, from which each choice may differ by its own offset. Volumes are 0..100."""

    def __init__(self, hands: TakeoverDetector, times: Timetable) -> None:
        self._hands, self._times = hands, times
        self.base: int | None = None
        self._asked: int | None = None

    def learn(self, offset: int) -> None:
        """Take the speaker's volume for the room's, where that isn't known, or the speaker came back with another."""
        if self._hands.found_volume is not None:
            self.chosen(self._hands.found_volume, offset)
        elif self.base is None:
            self.base = self._hands.volume

    def chosen(self, volume: int, offset: int) -> None:
        """Somebody set the speaker while music with this offset played."""
        self.base = min(100, max(0, volume - offset))
        self._asked = None

    def asked(self, now: float, volume: int, offset: int) -> tuple[int, str]:
        """A person asks for a volume through the device: what they get, and why."""
        allowed = min(volume, self._times.ceiling(now))
        self.chosen(allowed, offset)
        if allowed < volume:
            return allowed, f"somebody asked for {volume}, and {allowed} is the loudest that is allowed now"
        return allowed, "somebody asked for it"

    def for_music(self, now: float, offset: int) -> int | None:
        """What to set the speaker to when music with this offset begins; None leaves it."""
        goal, volume = self._goal(now, offset), self._hands.volume
        if goal is not None and (volume is None or abs(goal - volume) > VOLUME_SLACK):
            return goal
        return self.for_resume(now)

    def for_resume(self, now: float) -> int | None:
        """What to set the speaker to when music goes on; None leaves it."""
        ceiling, volume = self._times.ceiling(now), self._hands.volume
        return ceiling if volume is not None and volume > ceiling else None

    def to_come(self, now: float, wish: Wish | None) -> Wish | None:
        """Music that waits for a song's end, with a volume that is still allowed; None where it has one, or is none."""
        most = self._times.ceiling(now)
        if wish is None or wish.when is not When.TRACK_END or wish.volume is None or wish.volume <= most:
            return None
        return replace(wish, volume=most, why=f"{wish.why}, at {most}, the loudest that is allowed now")

    def correction(self, now: float, offset: int) -> tuple[int, str] | None:
        """What to set the speaker to while music plays, and why: it is too loud, or its offset couldn't be set before.

        The same correction is asked for once: some speakers don't take any.
        """
        volume = self._hands.volume
        if volume is None or not self._hands.playing() or not self._hands.level_settled:
            return None
        ceiling = self._times.ceiling(now)
        loud = volume > ceiling
        wanted = ceiling if loud else self._goal(now, offset) if offset else None
        if wanted is None or wanted == self._asked or (not loud and abs(wanted - volume) <= VOLUME_SLACK):
            return None
        self._asked = wanted
        why = "the loudest that is allowed now" if loud else "as this music is set to"
        return wanted, f"the volume goes to {wanted}, {why}"

    def _goal(self, now: float, offset: int) -> int | None:
        return None if self.base is None else min(self._times.ceiling(now), max(0, self.base + offset))
