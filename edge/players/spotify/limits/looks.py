"""`MissingSpeakerLooks`: what a look asks for while nothing plays and the own speaker isn't listed. Pure."""

from __future__ import annotations

LIST_EVERY_LOOKS = 3  # soon after something played
RARELY_EVERY_LOOKS = 15
IDLE_PLAYBACK_EVERY_LOOKS = 2  # a look comes every 120 s then


class MissingSpeakerLooks:
    """Chooses between the playback and the list of speakers, so that a look costs one request as often as possible.

    Only the list shows that the speaker is back; only the playback shows a speaker that plays without being listed, as
    some do that accept no commands.
    """

    def __init__(self) -> None:
        self._looks = 0
        # The own speaker has played without being listed.
        self.plays_unlisted = False

    def reset(self) -> None:
        """The own speaker is listed, or something plays."""
        self._looks = 0

    def next(self, *, idle: bool) -> tuple[bool, bool]:
        """Return whether the next look asks for the playback, and whether for the list.

        idle: nothing has been playing for a while, so that looks are rare; then they are for the list and the playback
        in turn, unless the own speaker is known to play without being listed.
        """
        self._looks += 1
        if self.plays_unlisted:
            return True, self._looks % RARELY_EVERY_LOOKS == 0
        if idle:
            playback = self._looks % IDLE_PLAYBACK_EVERY_LOOKS == 0
            return playback, not playback
        return True, self._looks % LIST_EVERY_LOOKS == 0
