"""The speaker's volume: what it is, what the device set it to, and whether a person set it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.values import VOLUME_TOLERANCE

# How long a fade may take until its last volume is reported.
FADE_MAX_S = 8.0
# A volume so much above what a request starts from and leads to is no step of a speaker's, nor of a fade's.
LOUDER_MIN = 10


def same_volume(a: int, b: int) -> bool:
    """True where two volumes differ no more than speakers round."""
    return abs(a - b) <= VOLUME_TOLERANCE


@dataclass(frozen=True)
class RequestedVolume:
    """A volume that was requested and isn't confirmed yet.

    target: 0..100. changed_at: when it was requested, or the volume last changed or couldn't be read.
    before: the volume before the device changed it, None if unknown. fades_until: until then the target may be shown
    before a fade has begun.
    """

    target: int
    changed_at: float
    before: int | None = None
    fades_until: float = 0.0


class SpeakerVolume:
    """Follows the volume over the player's reports. Volumes are 0..100."""

    def __init__(self, grace: float) -> None:
        """grace: seconds without a change after which a requested volume counts as refused."""
        self._grace = grace
        self._request: RequestedVolume | None = None
        # None until a report contains it.
        self.current: int | None = None
        # The new volume, where the newest report shows that it changed while the speaker couldn't be observed.
        self.changed_unobserved: int | None = None

    @property
    def pending(self) -> bool:
        """True while a requested volume isn't confirmed."""
        return self._request is not None

    @property
    def goal(self) -> int | None:
        """The volume once what was requested is done; None while it isn't known."""
        return self.current if self._request is None else self._request.target

    def request(self, now: float, target: int, *, fade: bool = False) -> None:
        """The device sets the volume. fade: in steps, and if music begins, by way of a lower volume."""
        before = self.current if self._request is None else self._request.before
        self._request = RequestedVolume(target, now, before, now + FADE_MAX_S if fade else now)

    def drop(self, now: float) -> None:
        """The player won't set the volume; where it had begun to, it goes back to what it was before."""
        request = self._request
        if request is not None and request.before is not None:
            self._request = replace(request, target=request.before, changed_at=now, fades_until=now + FADE_MAX_S)
        else:
            self._request = None

    def use(self, volume: int | None) -> None:
        """Another speaker plays, with this volume: what was known and requested of the last one doesn't count."""
        self.current, self._request = volume, None

    def unavailable(self, now: float) -> None:
        """The player can't be reached: a pending request gets more time."""
        if self._request is not None:
            self._request = replace(self._request, changed_at=now)

    def accept(self, volume: int | None) -> None:
        """Take a reported volume as the current one, unless a requested one is still on its way."""
        if volume is not None and (self.current is None or self._request is None):
            self.current = volume

    def set_by_person(self, now: float, volume: int | None, *, observed: bool, away: bool, coming: int | None) -> bool:
        """Compare a report with what was expected; True where a person must have set the volume.

        observed: the report before this one contained a volume. away: the player couldn't be reached since then.
        coming: the volume that pending music brings with it.
        """
        if volume is None or self.current is None:
            return False
        if (request := self._request) is not None:
            known = max(request.target, self.current, request.target if request.before is None else request.before)
            if observed and not away and volume > known + LOUDER_MIN:
                # No fade goes there.
                self._request = None
                return True
            self._follow(now, request, volume, away=away)
            return False
        if coming is not None and same_volume(volume, coming):
            self.current = volume
        elif not same_volume(volume, self.current):
            if observed and not away:
                return True
            # A speaker that slept, or played for others, comes back with any volume.
            self.changed_unobserved = volume
        return False

    def _follow(self, now: float, request: RequestedVolume, volume: int, *, away: bool) -> None:
        if same_volume(volume, request.target):
            self.current = volume
            self._request = request if now < request.fades_until else None
        elif volume != self.current or away:
            self._request, self.current = replace(request, changed_at=now), volume
        elif now - request.changed_at > self._grace:
            # The speaker refuses volumes, or set another one.
            self._request = None
