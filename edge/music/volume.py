"""How loud the music should be: the room's volume as people left it, each choice's offset, and the ceiling. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.music.speaker_volume import same_volume
from edge.music.takeover import TakeoverDetector
from edge.music.timetable import Timetable
from edge.sentences import Sentence
from edge.values import When, Wish

# A correction without effect is tried again this much later: some speakers refuse volumes, and some only once.
CORRECTION_AGAIN_S = 1800.0


class VolumePolicy:
    """The volume for each choice. Volumes are 0..100, offsets -100..100.

    room_volume: the volume that people want for music without an offset; None until it is known.
    """

    def __init__(self, detector: TakeoverDetector, timetable: Timetable) -> None:
        self._detector, self._timetable = detector, timetable
        self.room_volume: int | None = None
        self._corrected_to: int | None = None
        self._corrected_at = 0.0

    def learn(self, offset: int) -> None:
        """Take the speaker's volume as the room's, where that isn't known yet or the speaker came back with another."""
        speaker = self._detector.volume
        if speaker.changed_unobserved is not None:
            self.set_by_person(speaker.changed_unobserved, offset)
        elif self.room_volume is None and not speaker.pending:
            self.room_volume = speaker.current

    def set_by_person(self, volume: int, offset: int) -> None:
        """Somebody set the speaker to this volume while music with this offset played."""
        self.room_volume = min(100, max(0, volume - offset))
        self._corrected_to = None

    def request(self, now: float, volume: int, offset: int) -> tuple[int, str]:
        """A person requests a volume through the device. Returns the volume that they get, and why."""
        allowed = min(volume, self._timetable.volume_ceiling(now))
        self.set_by_person(allowed, offset)
        if allowed < volume:
            return allowed, Sentence(
                "somebody asked for {volume}, and {allowed} is the loudest that is allowed now",
                volume=volume,
                allowed=allowed,
            )
        return allowed, Sentence("somebody asked for it")

    def for_music(self, now: float, offset: int) -> int | None:
        """The volume to set when music with this offset begins; None leaves it."""
        target, current = self._target(now, offset), self._detector.volume.goal
        if target is not None and (current is None or not same_volume(target, current)):
            return target
        return self.for_resume(now)

    def for_resume(self, now: float) -> int | None:
        """The volume to set when music is resumed; None leaves it."""
        ceiling, current = self._timetable.volume_ceiling(now), self._detector.volume.current
        return ceiling if current is not None and current > ceiling else None

    def lower_pending(self, now: float, wish: Wish | None) -> Wish | None:
        """Return the wish that waits for a song's end with a volume that is allowed now; None for no change."""
        ceiling = self._timetable.volume_ceiling(now)
        if wish is None or wish.when is not When.TRACK_END or wish.volume is None or wish.volume <= ceiling:
            return None
        why = Sentence("{why}, at {volume}, the loudest that is allowed now", why=wish.why, volume=ceiling)
        return replace(wish, volume=ceiling, why=why)

    def correction(self, now: float, offset: int) -> tuple[int, str] | None:
        """The volume to set while music plays, and why: it is too loud, or its offset couldn't be set before.

        Returns the same correction again only after CORRECTION_AGAIN_S, or once it had an effect.
        """
        current = self._detector.volume.current
        if current is None or not self._detector.playing or not self._detector.volume_settled:
            return None
        ceiling = self._timetable.volume_ceiling(now)
        too_loud = current > ceiling
        target = ceiling if too_loud else self._target(now, offset) if offset else None
        if target is None or (not too_loud and same_volume(target, current)):
            self._corrected_to = None
            return None
        if target == self._corrected_to and now - self._corrected_at < CORRECTION_AGAIN_S:
            return None
        self._corrected_to, self._corrected_at = target, now
        if too_loud:
            return target, Sentence("the volume goes to {volume}, the loudest that is allowed now", volume=target)
        return target, Sentence("the volume goes to {volume}, as configured for this music", volume=target)

    def _target(self, now: float, offset: int) -> int | None:
        if self.room_volume is None:
            return None
        return min(self._timetable.volume_ceiling(now), max(0, self.room_volume + offset))
