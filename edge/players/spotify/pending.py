"""What Spotify is still to be told: wishes, the steps that they became, and the one that may have arrived. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.music.playback import is_revocable
from edge.players.spotify.commands import Operation, SpotifyCommand
from edge.players.spotify.plan import queues
from edge.players.spotify.playback import SpotifyPlayback
from edge.players.wishes import patience
from edge.values import Act, When, Wish

ON_TIME = 0.3
MUSIC = (Operation.PLAY, Operation.RESUME, Operation.TRANSFER, Operation.QUEUE)


@dataclass(frozen=True)
class Doubt:
    """A command that may have arrived, and the look before it. step: None once nobody wants it any more."""

    step: SpotifyCommand | None
    before: SpotifyPlayback
    at: float


@dataclass(frozen=True)
class PendingWish:
    """A wish on its way.

    wish: with music that Spotify understands. given: as it was given. until: worth nothing after it. song: what played
    when it was kept for that song's end.
    """

    wish: Wish
    given: Wish
    until: float
    song: str | None = None
    context: str | None = None


class PendingCommands:
    """A newer wish takes the place of older ones about the same, and of nothing else.

    Music takes the place of music, of a pause and of skips; a pause of music and of skips; going on of a pause; a
    volume of a volume. A song for the queue and a skip take the place of nothing.
    """

    def __init__(self) -> None:
        self.asked: list[PendingWish] = []
        self.steps: list[SpotifyCommand] = []
        self.doubt: Doubt | None = None
        self.kept: PendingWish | None = None

    @property
    def pending(self) -> bool:
        """Something is to be done or to be looked for; a wish kept for a song's end isn't counted."""
        return bool(self.asked or self.steps or self.doubt)

    def ask(self, wish: Wish, given: Wish, now: float) -> None:
        """wish: with music that Spotify understands. given: as it was given."""
        if wish.act is Act.FORGET:
            self.kept = None
            self.asked = [one for one in self.asked if not is_revocable(one.given)]
            music = [step.wish for step in self.steps if step.do in MUSIC]
            waiting = [wish for wish in music if wish is not None and is_revocable(wish)]
            self.drop(lambda step: any(step.wish is wish for wish in waiting))
            return
        if wish.act is Act.NEXT and self.kept is not None:
            # The song ends now, which is what the kept wish waited for.
            wish, given, self.kept = replace(self.kept.wish, when=When.NOW), self.kept.given, None
        if wish.act is Act.VOLUME:
            self._forget((Act.VOLUME,))
            self.drop(lambda step: step.do is Operation.VOLUME)
        elif wish.act is Act.RESUME:
            self._forget((Act.PAUSE, Act.RESUME))
            self.drop(lambda step: step.do in (Operation.PAUSE, Operation.RESUME))
        elif wish.act in (Act.PLAY, Act.PAUSE) and not queues(wish):
            self._forget((Act.PLAY, Act.PAUSE, Act.RESUME, Act.NEXT, Act.PREVIOUS))
            self.give_up_music()
            if wish.act is Act.PLAY:
                self.kept = None
        self.asked.append(PendingWish(wish, given, now + patience(wish)))

    def give_up_music(self) -> None:
        """Leave out what is still to be played, and what goes with it."""
        self.drop(lambda step: step.part or step.do not in (Operation.VOLUME, Operation.QUEUE))

    def drop(self, which: Callable[[SpotifyCommand], bool]) -> None:
        """Leave out these steps; whether the last one sent has arrived is found out all the same."""
        self.steps = [step for step in self.steps if not which(step)]
        if self.doubt is not None and self.doubt.step not in self.steps:
            self.doubt = replace(self.doubt, step=None)

    def late(self, now: float) -> list[Wish]:
        """Leave out what is worth nothing any more; gives the wishes that aren't done for it."""
        asked = [one for one in self.asked if now > one.until]
        steps = [step for step in self.steps if now > step.until and (self.doubt is None or self.doubt.step != step)]
        self.asked = [one for one in self.asked if one not in asked]
        self.steps = [step for step in self.steps if step not in steps]
        return [one.given for one in asked] + [step.wish for step in steps if step.wish is not None and not step.part]

    def delay(self, late: float) -> None:
        """A step came late; those after it keep their distance."""
        if late > ON_TIME:
            self.steps = [replace(step, at=step.at + late) for step in self.steps]

    def remove(self, step: SpotifyCommand) -> None:
        if step in self.steps:
            self.steps.remove(step)

    def _forget(self, acts: tuple[Act, ...]) -> None:
        self.asked = [asked for asked in self.asked if asked.wish.act not in acts or queues(asked.wish)]
