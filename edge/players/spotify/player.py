"""Spotify Connect: plays on one speaker by name, politely, and never gives a command twice that may have arrived."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edge.music.playback import still_applies
from edge.players.spotify import plan as spotify_plan
from edge.players.spotify.account import SpotifyAccount, manners, send, takes
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.commands import Operation, SpotifyCommand, believe, done, needless
from edge.players.spotify.errors import SpeakerGoneError, SpotifyError, VolumeFixedError
from edge.players.spotify.fade import VolumeFade
from edge.players.spotify.pending import Doubt, PendingCommands, PendingWish
from edge.players.spotify.playback import SongNames, SpotifyPlayback, told
from edge.players.wishes import AbandonedWish, Resolve, patience, resolved
from edge.values import Act, Playback, When, Wish

POLL = 30.0
IDLE_POLL = 120.0  # nothing plays, and hasn't for a while: a quiet room costs few calls
SETTLE = 2.0  # Spotify shows a command a second or more after it took it
SURE = 5.0  # what isn't shown so long after a broken command has not arrived
NEAR_END = 3.0
EARLY = 0.8  # a kept wish is carried out this long before the song's end
AFTER_END = 1.5
FAREWELL = 1.0
_MUSIC = (Operation.PLAY, Operation.RESUME, Operation.TRANSFER)
log = logging.getLogger(__name__)


class SpotifyPlayer:
    """A player as `edge.players.Player` describes it."""

    name = "spotify"

    def __init__(
        self, web: SpotifyApi, *, speaker: str | None, clock: Callable[[], float], resolve: Resolve | None = None
    ) -> None:
        """speaker: its name; None finds none. clock: monotonic seconds. resolve: what `library:...` stands for."""
        self._web, self._clock, self._resolve = web, clock, resolve
        self._account = SpotifyAccount(web, wanted=speaker, clock=clock)
        self._todo = PendingCommands()
        self._hush = VolumeFade()
        self._names = SongNames()
        self._list: tuple[str, ...] = ()
        self._given_up: list[AbandonedWish] = []
        self._sending = False

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
        return self._todo.pending

    def report(self) -> dict[str, Any]:
        return {"player_calls_today": self._web.calls_today}

    def given_up(self) -> list[AbandonedWish]:
        given_up, self._given_up = self._given_up, []
        return given_up

    def apply(self, wish: Wish) -> None:
        """Do it, or keep it and raise; `playback` goes on with what was kept."""
        if wish.act is Act.KEEP:
            return
        playable = resolved(wish, self.name, "spotify:", self._resolve)
        if wish.music is not None and playable.music is not None:
            self._names.note(playable.music, wish.music.uri)
        self._todo.ask(playable, wish, self._clock())
        self._work()

    def playback(self) -> Playback:
        self._fire_kept(self._clock())
        self._restore()
        if self._todo.pending:
            self._work()
        now, account = self._clock(), self._account
        believed = account.seen is not None and (
            now - account.commanded < SETTLE or self._todo.doubt or self._todo.steps
        )
        if not believed and now - account.looked > 0.2:
            before = account.seen
            account.look()
            self._mind_kept(before)
        assert account.seen is not None
        return told(account.seen, self._clock(), missing=account.missing, names=self._names)

    def wait(self) -> float:
        now, account, todo = self._clock(), self._account, self._todo
        if account.closed_until > now:
            return account.closed_until - now
        if todo.doubt is not None:
            after = SETTLE if now < todo.doubt.at + SETTLE else SURE
            return max(0.0, todo.doubt.at + after - now)
        if todo.asked or todo.steps:
            return max(0.05, min([step.at for step in todo.steps[:1]] or [now]) - now)
        if now - account.commanded < SETTLE:
            return account.commanded + SETTLE - now
        waits = [account.looked + (IDLE_POLL if account.quiet() else POLL) - now]
        end = account.seen.end() if account.seen is not None else None
        if end is not None and todo.kept is not None:
            near = end - NEAR_END
            waits.append((near if account.looked < near - 0.1 else end - self._early(todo.kept)) - now)
        elif end is not None:
            waits.append(max(end, account.looked) + AFTER_END - now)
        return max(0.05, min(waits))

    def close(self) -> None:
        if self._hush.goal is not None and self._account.closed_until <= self._clock():
            # Nobody wants a speaker that stays hushed; one try, since whoever stops us waits for it.
            self._web.hurry(FAREWELL)
            self._todo = PendingCommands()
            self._restore()
            try:
                self._work()
            except SpotifyError as error:
                log.info("spotify: the volume stays as the fade left it: %s", error)
        self._web.close()

    # Wishes for a song's end.

    def _early(self, kept: PendingWish) -> float:
        """Seconds before the song's end at which a kept wish is begun with."""
        seen = self._account.seen
        wish = replace(kept.wish, when=When.NOW, fade=False)
        return EARLY + (spotify_plan.lead(wish, seen) if seen is not None else 0.0)

    def _fire_kept(self, now: float) -> None:
        kept, seen = self._todo.kept, self._account.seen
        end = seen.end() if seen is not None else None
        if kept is not None and end is not None and end - self._early(kept) - 0.05 <= now < end + NEAR_END:
            self._fire(kept, now)

    def _fire(self, kept: PendingWish, now: float) -> None:
        wish, self._todo.kept = replace(kept.wish, when=When.NOW, fade=False), None
        # Whether it still stands was minded at each look since.
        self._todo.asked.append(PendingWish(wish, replace(kept.given, basis=None), now + patience(wish)))

    def _mind_kept(self, before: SpotifyPlayback | None) -> None:
        """Forget a wish that was kept for a song's end once a person chose something else meanwhile."""
        kept, seen = self._todo.kept, self._account.seen
        if kept is None or seen is None:
            return
        end = before.end() if before is not None else None
        early = end is not None and seen.at < end - 5
        if not seen.ours or not seen.playing or seen.context != kept.context or (seen.uri != kept.song and early):
            self._todo.kept = None
            self._give_up(kept.given, "somebody chose otherwise")
        elif kept.song is None and seen.end() is None:
            # Nobody can say when this ends.
            self._fire(kept, self._clock())
        elif seen.uri != kept.song:
            # The end came while nobody could look: the next song's end will do.
            self._todo.kept = replace(kept, song=seen.uri)

    # Doing it.

    def _work(self) -> None:
        """Carry out what is due; raises where it can't be, and what is still worth doing is kept."""
        todo = self._todo
        for late in todo.late(self._clock()):
            self._give_up(late, "it comes too late", fault=True)
        if todo.doubt is not None and not self._settled(todo.doubt):
            return
        while todo.asked:
            seen = self._account.fresh()
            self._plan(todo.asked.pop(0), seen)
        self._restore()
        while todo.steps:
            step, now = todo.steps[0], self._clock()
            if now < step.at:
                return
            if (
                step.do in (Operation.NEXT, Operation.PREVIOUS, Operation.QUEUE)
                and now - self._account.commanded < SETTLE
            ):
                # Whether these arrived shows only against a true look before them.
                todo.steps[0] = replace(step, at=self._account.commanded + SETTLE)
            else:
                self._run(step)

    def _give_up(self, wish: Wish | None, why: str, *, fault: bool = False) -> None:
        if wish is not None:
            self._given_up.append(AbandonedWish(wish, why, fault))

    def _plan(self, asked: PendingWish, seen: SpotifyPlayback) -> None:
        wish = asked.wish
        shown = told(seen, self._clock(), missing=self._account.missing, names=self._names)
        if not still_applies(asked.given, shown, self._clock()):
            self._give_up(asked.given, "somebody chose otherwise")
            return
        if spotify_plan.waits_for_end(wish, seen, certain=self._account.certain):
            self._todo.kept = replace(asked, song=seen.uri, context=seen.context)
            return
        if wish.act is Act.PLAY and wish.volume is None and self._hush.goal is not None:
            # What the last fade was going to end at, and not what it has left.
            wish = replace(wish, volume=self._hush.goal)
        made = spotify_plan.steps(wish, seen, now=self._clock(), until=asked.until)
        self._todo.steps += [replace(step, wish=asked.given) for step in made]

    def _restore(self) -> None:
        """Put back the volume that a fade has left on our speaker, unless a person has set it since."""
        account, steps, now = self._account, self._todo.steps, self._clock()
        seen = account.seen
        if seen is None or not self._hush.owed(now, seen):
            return
        if account.certain and account.looked - account.commanded >= SETTLE and self._hush.taken_over(seen):
            log.info("spotify: the volume was set by hand, and stays")
            self._hush.over()
            self._todo.drop(lambda step: step.goal is not None)
        elif not any(step.do in (Operation.VOLUME, Operation.PLAY) for step in steps) and self._todo.doubt is None:
            steps.append(self._hush.back(now))

    def _run(self, step: SpotifyCommand) -> None:
        self._sending = False
        seen = self._account.fresh(sure=step.do in (Operation.NEXT, Operation.PREVIOUS, Operation.TRANSFER))
        if needless(step, seen) or (step.part and not seen.ours) or self._plays_already(step, seen):
            if step.part and seen.ours:
                self._hush.arrived(step)
            self._todo.remove(step)
            return
        try:
            manners(step, seen, self._account.wanted)
            speaker = self._account.speaker(seen)
            if not takes(step, speaker):
                self._todo.remove(step)
                self._hush.over()
                return
            if step.do is Operation.QUEUE and step.uri is not None:
                seen = replace(seen, queued=self._account.ask(self._web.queued).count(step.uri))
            self._sending = True
            self._hush.sends(step, seen)
            send(self._account, step, speaker)
        except SpotifyError as error:
            self._failed(step, seen, error)
            if not (step.part and error.lasting):
                raise
            log.info("%s", error)
            return
        now = self._clock()
        self._arrived(step)
        self._todo.delay(now - step.at)
        self._account.believe(believe(step, seen, speaker, now))

    def _plays_already(self, step: SpotifyCommand, seen: SpotifyPlayback) -> bool:
        """The very list plays that we started."""
        ours = step.do is Operation.PLAY and bool(step.uris) and step.uris == self._list
        return ours and seen.ours and seen.playing and step.music_in(seen)

    def _failed(self, step: SpotifyCommand, seen: SpotifyPlayback, error: SpotifyError) -> None:
        if error.doubtful and step in self._todo.steps and self._sending:
            self._todo.doubt = Doubt(step, seen, self._clock())
        elif isinstance(error, SpeakerGoneError):
            self._account.moved = True
        elif error.lasting:
            self._todo.remove(step)
            if not step.part:
                self._give_up(step.wish, str(error), fault=True)
            if step.do in _MUSIC:
                self._todo.drop(lambda other: other.part)
            if isinstance(error, VolumeFixedError):
                self._hush.over()
            elif step.do is Operation.VOLUME:
                self._hush.refused(self._clock())

    def _arrived(self, step: SpotifyCommand) -> None:
        self._todo.remove(step)
        self._todo.doubt = None
        self._hush.arrived(step)
        if step.do is Operation.PLAY:
            self._list = step.uris
            self._names.started(step.uri)

    def _settled(self, doubt: Doubt) -> bool:
        """False while it can't be said yet whether the command arrived; True once it has, or is to be sent again."""
        now, step = self._clock(), doubt.step
        if now < doubt.at + SETTLE:
            return False
        seen = self._account.look()
        if step is None:
            self._todo.doubt = None
            return True
        if step.do is Operation.QUEUE and step.uri is not None:
            seen = replace(seen, queued=self._account.ask(self._web.queued).count(step.uri))
        if done(step, doubt.before, seen):
            self._arrived(step)
            return True
        if now < doubt.at + SURE:
            return False
        self._todo.doubt = None
        return True
