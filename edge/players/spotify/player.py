"""`SpotifyPlayer`: plays on one Spotify Connect speaker, found by name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edge.music.playback import still_applies
from edge.players.spotify.account import SpotifyAccount
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.catalogue.upcoming import UpcomingNames
from edge.players.spotify.errors import SpotifyError
from edge.players.spotify.executor import SETTLE_S, CommandExecutor
from edge.players.spotify.limits.login_watch import LoginWatch
from edge.players.spotify.limits.looking import WAIT_MIN_S, LookSchedule
from edge.players.spotify.pending import PendingCommands, PendingWish
from edge.players.spotify.plan import commands_for, waits_for_song_end
from edge.players.spotify.playback import LibraryNames, SpotifyPlayback, to_playback
from edge.players.spotify.sending import go_to_position, move_to_speaker
from edge.players.wishes import EXPIRED, OVERRULED, AbandonedWish, Resolve, resolved
from edge.values import Act, Playback, Wish

CLOSE_TIMEOUT_S = 1.0
log = logging.getLogger(__name__)


class SpotifyPlayer:
    """Implements `edge.players.player.Player`."""

    name = "spotify"

    def __init__(
        self,
        api: SpotifyApi,
        *,
        speaker: str | None,
        clock: Callable[[], float],
        resolve: Resolve | None = None,
        publish: Callable[[], None] = lambda: None,
    ) -> None:
        """speaker: its name. clock: monotonic seconds. resolve: looks up what a `library:` address stands for.

        publish: called where the speaker takes playlists only, and a `library:` list isn't published as one.
        """
        self._api, self._clock, self._resolve = api, clock, resolve
        self._account = SpotifyAccount(api, speaker_name=speaker, clock=clock)
        self._pending = PendingCommands()
        self._names = LibraryNames()
        self._executor = CommandExecutor(self._account, self._pending, self._names, publish=publish)
        self._looks = LookSchedule(self._account, self._pending, self._executor)
        self._login = LoginWatch(api.file)
        self._upcoming = UpcomingNames(self._account, api.queue)

    @property
    def calls(self) -> int:
        """Number of HTTP requests since the start."""
        return self._api.calls

    @property
    def login_expires(self) -> float | None:
        """Unix time at which the login ends; None if there is none."""
        return self._api.file.expires

    @property
    def pending(self) -> bool:
        """True if something is to be done or to be confirmed; a wish deferred to the song's end doesn't count."""
        return self._pending.pending

    def report(self) -> dict[str, Any]:
        report = {"player_calls_today": self._api.calls_today}
        if self._api.budget is not None:
            counts = self._api.budget.counts()
            report |= {
                "player_calls_hour": counts.hour,
                "player_calls_day": counts.day,
                "player_calls_hour_max": counts.hour_max,
                "player_calls_day_max": counts.day_max,
            }
        return report

    def take_abandoned(self) -> list[AbandonedWish]:
        return self._executor.abandoned.take()

    def apply(self, wish: Wish) -> None:
        """Carry out a wish. If that fails now, raises, and `playback` tries again."""
        if wish.act is Act.KEEP:
            return
        self._account.begin()
        playable = resolved(wish, self.name, "spotify:", self._resolve)
        if wish.music is not None and playable.music is not None:
            self._names.add(playable.music, wish.music.uri)
        self._pending.add(playable, wish, self._clock())
        if wish.basis is None:
            # A person waits for it.
            self._executor.pace.release()
        self._work()

    def choose_speaker(self, name: str) -> None:
        """Use this speaker from now on, and move what plays there. Raises SpotifyError."""
        self._account.begin()
        move_to_speaker(self._account, name)
        self._executor.fade.end()

    def seek(self, position: float) -> None:
        """Go to this position in the current song, seconds. Raises SpotifyError."""
        self._account.begin()
        go_to_position(self._account, position)

    def playback(self) -> Playback:
        account, pending = self._account, self._pending
        account.begin()
        if pending.deferred is not None and pending.deferred.is_due(account.playback, self._clock()):
            pending.start_deferred(self._clock())
        self._executor.restore_volume()
        if pending.pending:
            if self._executor.pace.held(self._clock()) is not None:
                self._look_while_held()
            self._work()
        # After a command Spotify still shows the old state for a while.
        unsettled = (
            self._clock() - account.commanded_at < SETTLE_S or pending.unconfirmed is not None or pending.commands
        )
        if account.playback is None or not (unsettled or account.just_observed):
            before = account.playback
            overruled = pending.follow_deferred(before, self._observe(), self._clock())
            self._executor.abandoned.add(overruled, OVERRULED)
        self._executor.check_start()
        assert account.playback is not None
        if account.is_observed and not pending.pending and pending.deferred is None:
            self._upcoming.look(self._clock(), account.playback)
        return self._to_playback(account.playback)

    def wait(self) -> float:
        return self._looks.wait(self._clock())

    def login_renewed(self) -> bool:
        """True once after a new login; what failed before is then worth a try at once."""
        renewed = self._login.renewed()
        if renewed:
            self._executor.pace.start_anew()
        return renewed

    def close(self) -> None:
        if self._executor.fade.target is not None and self._account.blocked_until <= self._clock():
            # One quick attempt to restore the volume: the daemon's stop waits for it.
            self._api.set_timeout(CLOSE_TIMEOUT_S)
            self._account.begin()
            self._pending.clear()
            self._executor.restore_volume()
            try:
                self._work()
            except SpotifyError as error:
                log.info("spotify: the volume stays as the fade left it: %s", error)
        self._api.close()

    def _observe(self) -> SpotifyPlayback:
        """Look at the playback. Raises SpotifyError."""
        try:
            observed = self._account.observe()
        except SpotifyError as error:
            self._executor.pace.reading_failed(error, self._clock())
            raise
        self._executor.pace.read()
        return observed

    def _look_while_held(self) -> None:
        """Look at the playback if that is due, while a failed command waits. Raises SpotifyError."""
        if self._clock() < self._looks.next_look():
            return
        self._observe()
        if self._pending.unconfirmed is not None:
            self._executor.confirm(self._pending.unconfirmed)
        if self._pending.pending and self._account.playback is not None:
            self._executor.abandoned.add_overruled(self._to_playback(self._account.playback), self._clock())

    def _work(self) -> None:
        """Carry out what is due. Raises SpotifyError; what may still succeed stays pending."""
        for expired in self._pending.drop_expired(self._clock()):
            self._executor.abandoned.add(expired, EXPIRED, fault=True)
        pace = self._executor.pace
        try:
            if self._pending.pending and (held := pace.held(self._clock())) is not None:
                raise held
            self._carry_out()
        except SpotifyError as error:
            now = self._clock()
            pace.command_failed(error, now)
            if pace.held(now) is not None:
                # Until it is tried again, the playback is looked at as usual.
                error.retry_after = max(WAIT_MIN_S, min(error.retry_after or 0.0, self._looks.next_look() - now))
            raise

    def _carry_out(self) -> None:
        pending, executor = self._pending, self._executor
        if pending.unconfirmed is not None and not executor.confirm(pending.unconfirmed):
            return
        while pending.wishes:
            current = self._account.current()
            self._plan(pending.wishes[0], current)
            del pending.wishes[0]
        executor.run_due()

    def _plan(self, pending: PendingWish, current: SpotifyPlayback) -> None:
        """Turn a wish into commands, or defer it to the song's end."""
        wish, fade_target = pending.wish, self._executor.fade.target
        if not still_applies(pending.original, self._to_playback(current), self._clock()):
            self._executor.abandoned.add(pending.original, OVERRULED)
            return
        if waits_for_song_end(wish, current, observed=self._account.is_observed):
            self._pending.deferred = replace(pending, song=current.uri, context=current.context)
            return
        if wish.act is Act.PLAY and wish.volume is None and fade_target is not None:
            # A fade was interrupted: the music gets its final volume, not the lowered one.
            wish = replace(wish, volume=fade_target)
        commands = commands_for(wish, current, now=self._clock(), expires=pending.expires)
        if current.playing and current.on_own_speaker and not self._executor.playable.ready(commands):
            # What plays now isn't changed for music that may be refused.
            commands = commands_for(wish, current, now=self._clock(), expires=pending.expires, music_first=True)
        self._pending.commands += [replace(command, wish=pending.original) for command in commands]

    def _to_playback(self, current: SpotifyPlayback) -> Playback:
        account = self._account
        return to_playback(
            current,
            self._clock(),
            missing=account.speaker_missing,
            names=self._names,
            assumed=not account.is_observed,
            # Music that waits for the song's end comes before all of them.
            upcoming=self._upcoming.of(current) if self._pending.deferred is None else (),
        )
