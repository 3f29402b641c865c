"""Spotify Connect: plays on one speaker by name, politely, and never gives a command twice that may have arrived."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.players import spotify_plan
from edge.players.spotify_account import Account
from edge.players.spotify_errors import (
    RefusedError,
    SpeakerGoneError,
    SpotifyError,
)
from edge.players.spotify_plan import is_song, patience
from edge.players.spotify_seen import Do, Seen, Step, believe, done, told
from edge.players.spotify_send import manners, needless, send, takes
from edge.players.spotify_web import Web
from edge.values import Act, Playback, When, Wish

POLL = 30.0
IDLE_POLL = 120.0  # nothing plays, and hasn't for a while: a quiet room costs few calls
SETTLE = 2.0  # Spotify shows a command a second or more after it took it
SURE = 5.0  # what isn't shown so long after a broken command has not arrived
NEAR_END = 3.0
EARLY = 0.8  # a kept wish is carried out this long before the song's end
AFTER_END = 1.5
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Doubt:
    """A command that may have arrived, and the look before it."""

    step: Step
    before: Seen
    at: float


@dataclass(frozen=True)
class _Asked:
    """A wish on its way. until: worth nothing after it. song: what played when it was kept for that song's end."""

    wish: Wish
    until: float
    song: str | None = None
    context: str | None = None


class Spotify:
    """A player as `edge.players.Player` describes it."""

    name = "spotify"

    def __init__(self, web: Web, *, speaker: str | None, clock: Callable[[], float]) -> None:
        """speaker: its name; None finds none. clock: monotonic seconds."""
        self._web, self._clock = web, clock
        self._account = Account(web, wanted=speaker, clock=clock)
        self._asked: list[_Asked] = []
        self._kept: _Asked | None = None
        self._steps: list[Step] = []
        self._doubt: _Doubt | None = None
        self._sending = self._hushed = False

    @property
    def calls(self) -> int:
        """HTTP requests sent since the start."""
        return self._web.calls

    @property
    def login_expires(self) -> float | None:
        """Unix time at which the login ends; None where there is none."""
        return self._web.file.expires

    @property
    def pending(self) -> bool:
        """Something is still to be done or to be looked for; a wish kept for a song's end isn't counted."""
        return bool(self._asked or self._steps or self._doubt)

    def apply(self, wish: Wish) -> None:
        """Do it, or keep it and raise; `playback` goes on with what was kept."""
        if wish.act is Act.KEEP:
            return
        if wish.act is Act.PLAY and (wish.music is None or not wish.music.uri.startswith("spotify:")):
            where = wish.music.uri if wish.music else "nothing"
            raise RefusedError(
                f"spotify: {where} isn't Spotify's to play; check music.profiles and music.player", retry_after=1
            )
        self._make_room(wish)
        self._work()

    def playback(self) -> Playback:
        now = self._clock()
        self._fire_kept(now)
        if self._asked or self._steps or self._doubt:
            self._work()
        now = self._clock()
        believed = self._account.seen is not None and (
            now - self._account.commanded < SETTLE or self._doubt or self._steps
        )
        if not believed and now - self._account.looked > 0.2:
            before = self._account.seen
            self._account.look()
            self._mind_kept(before)
        assert self._account.seen is not None
        return told(self._account.seen, self._clock(), missing=self._account.missing)

    def wait(self) -> float:
        now = self._clock()
        if self._account.closed_until > now:
            return self._account.closed_until - now
        if self._doubt is not None:
            after = SETTLE if now < self._doubt.at + SETTLE else SURE
            return max(0.0, self._doubt.at + after - now)
        if self._asked or self._steps:
            return max(0.05, min([step.at for step in self._steps[:1]] or [now]) - now)
        if now - self._account.commanded < SETTLE:
            return self._account.commanded + SETTLE - now
        waits = [self._account.looked + (IDLE_POLL if self._account.quiet() else POLL) - now]
        end = self._account.seen.end() if self._account.seen is not None else None
        if end is not None and self._kept is not None:
            near = end - NEAR_END
            waits.append((near if self._account.looked < near - 0.1 else end - EARLY) - now)
        elif end is not None:
            waits.append(max(end, self._account.looked) + AFTER_END - now)
        return max(0.05, min(waits))

    def close(self) -> None:
        self._web.close()

    # What was asked.

    def _make_room(self, wish: Wish) -> None:
        """A newer wish takes the place of older ones about the same."""
        if wish.act is Act.NEXT and self._kept is not None:
            # The song ends now, which is what the kept wish waited for.
            wish, self._kept = replace(self._kept.wish, when=When.NOW), None
        queues = wish.when is When.QUEUE and wish.music is not None and is_song(wish.music.uri)
        if wish.act is Act.VOLUME:
            self._asked = [asked for asked in self._asked if asked.wish.act is not Act.VOLUME]
            self._drop(lambda step: step.do is Do.VOLUME)
        elif wish.act is Act.PLAY and queues:
            pass
        elif wish.act in (Act.PLAY, Act.PAUSE, Act.RESUME):
            self._asked = [asked for asked in self._asked if asked.wish.act is Act.VOLUME]
            self._give_up_music()
            if wish.act is Act.PLAY:
                self._kept = None
        self._asked.append(_Asked(wish, self._clock() + patience(wish)))

    def _give_up_music(self) -> None:
        """Leave out what is still to be played; a fade under way still ends at the volume that it was going to."""
        goal = next((step for step in reversed(self._steps) if step.part and step.do is Do.VOLUME), None)
        self._drop(lambda step: step.do is not Do.VOLUME or step.part)
        if goal is not None and self._hushed:
            self._steps.append(replace(goal, at=self._clock()))

    def _drop(self, which: Callable[[Step], bool]) -> None:
        self._steps = [step for step in self._steps if not which(step)]
        if self._doubt is not None and self._doubt.step not in self._steps:
            self._doubt = None

    def _fire_kept(self, now: float) -> None:
        end = self._account.seen.end() if self._account.seen is not None else None
        if self._kept is not None and end is not None and end - EARLY - 0.05 <= now < end + NEAR_END:
            wish, self._kept = replace(self._kept.wish, when=When.NOW, fade=False), None
            self._asked.append(_Asked(wish, now + patience(wish)))

    def _mind_kept(self, before: Seen | None) -> None:
        """Forget a wish that was kept for a song's end once a person chose something else meanwhile."""
        kept, seen = self._kept, self._account.seen
        if kept is None or seen is None:
            return
        end = before.end() if before is not None else None
        early = end is not None and seen.at < end - 5
        if not seen.ours or not seen.playing or seen.context != kept.context or (seen.uri != kept.song and early):
            log.info("spotify: %s isn't played: somebody chose otherwise", _name(kept.wish))
            self._kept = None
        elif seen.uri != kept.song:
            # The end came while nobody could look: the next song's end will do.
            self._kept = replace(kept, song=seen.uri)

    # Doing it.

    def _work(self) -> None:
        """Carry out what is due; raises where it can't be, and what is still worth doing is kept."""
        if self._doubt is not None and not self._settled(self._doubt):
            return
        while self._asked:
            asked = self._asked[0]
            if self._clock() > asked.until:
                log.info("spotify: %s comes too late and is dropped", asked.wish.act.value)
                self._asked.pop(0)
                continue
            seen = self._account.fresh()
            self._asked.pop(0)
            self._plan(asked, seen)
        while self._steps:
            step, now = self._steps[0], self._clock()
            if now > step.until:
                log.info("spotify: %s comes too late and is dropped", step.do.value)
                self._steps.pop(0)
            elif now < step.at:
                return
            elif step.do in (Do.NEXT, Do.PREVIOUS, Do.QUEUE) and now - self._account.commanded < SETTLE:
                # Whether these arrived shows only against a true look before them.
                self._steps[0] = replace(step, at=self._account.commanded + SETTLE)
            else:
                self._run(step)

    def _plan(self, asked: _Asked, seen: Seen) -> None:
        if spotify_plan.waits_for_end(asked.wish, seen):
            self._kept = replace(asked, song=seen.uri, context=seen.context)
            return
        goal = next((step for step in self._steps if step.part and step.do is Do.VOLUME), None)
        if goal is not None and asked.wish.act is Act.PLAY:
            self._drop(lambda step: step is goal)
        self._steps += spotify_plan.steps(
            asked.wish,
            seen,
            now=self._clock(),
            until=asked.until,
            target=goal.volume if goal is not None else None,
        )

    def _run(self, step: Step) -> None:
        self._sending = False
        seen = self._account.fresh(sure=step.do in (Do.NEXT, Do.PREVIOUS))
        if needless(step, seen):
            self._steps.remove(step)
            return
        try:
            manners(step, seen, self._account.wanted)
            speaker = self._account.speaker(seen)
            if not takes(step, speaker):
                self._steps.remove(step)
                return
            if step.do is Do.QUEUE and step.uri is not None:
                seen = replace(seen, queued=self._account.ask(self._web.queued).count(step.uri))
            self._sending = True
            send(self._account, step, speaker)
        except SpotifyError as error:
            self._failed(step, seen, error)
            raise
        self._arrived(step, believe(step, seen, speaker, self._clock()))

    def _failed(self, step: Step, seen: Seen, error: SpotifyError) -> None:
        if error.doubtful and step in self._steps and self._sending:
            self._doubt = _Doubt(step, seen, self._clock())
        elif isinstance(error, SpeakerGoneError):
            self._account.moved = True
        elif error.lasting:
            self._steps.remove(step)
            if step.do is not Do.VOLUME:
                self._give_up_music()

    def _arrived(self, step: Step, seen: Seen) -> None:
        self._steps.remove(step)
        self._doubt = None
        self._hushed = step.part and any(later.part for later in self._steps)
        self._account.believe(seen)

    def _settled(self, doubt: _Doubt) -> bool:
        """False while it can't be said yet whether the command arrived; True once it has, or is to be sent again."""
        now = self._clock()
        if now < doubt.at + SETTLE:
            return False
        seen = self._account.look()
        if doubt.step.do is Do.QUEUE and doubt.step.uri is not None:
            seen = replace(seen, queued=self._account.ask(self._web.queued).count(doubt.step.uri))
        if done(doubt.step, doubt.before, seen):
            self._steps.remove(doubt.step)
            self._doubt = None
            return True
        if now < doubt.at + SURE:
            return False
        self._doubt = None
        return True


def _name(wish: Wish) -> str:
    return wish.music.name if wish.music is not None else wish.act.value
