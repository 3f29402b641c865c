"""`PendingCommands`: the wishes and commands that are still to be carried out. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.music.playback import is_revocable
from edge.players.spotify.commands import MUSIC_OPERATIONS, Operation, SpotifyCommand
from edge.players.spotify.plan import is_queueable, lead_time
from edge.players.spotify.playback import SpotifyPlayback
from edge.players.wishes import patience, replaces
from edge.values import Act, When, Wish

CONFIRM_TIMEOUT_S = 5.0
DELAY_TOLERANCE_S = 0.3
SONG_END_LEAD_S = 0.8  # a deferred wish starts this long before the song ends
SONG_END_LEAD_TOLERANCE_S = 0.05
SONG_END_WINDOW_S = 3.0
EARLY_CHANGE_S = 5.0  # another song so long before the expected end was a person's choice


@dataclass(frozen=True)
class UnconfirmedCommand:
    """A command whose request failed, but which may have taken effect.

    command: None once it is no longer needed. before: the playback before it was sent. at: when it failed.
    patience: seconds from then after which an effect that isn't shown didn't take place.
    """

    command: SpotifyCommand | None
    before: SpotifyPlayback
    at: float
    patience: float = CONFIRM_TIMEOUT_S


@dataclass(frozen=True)
class PendingWish:
    """A wish that isn't fulfilled yet.

    wish: with music that Spotify can play. original: as it was given. expires: when it is abandoned.
    song, context: what was playing when it was deferred to the song's end.
    """

    wish: Wish
    original: Wish
    expires: float
    song: str | None = None
    context: str | None = None

    @property
    def immediate(self) -> Wish:
        """The deferred wish as it is carried out at the song's end."""
        return replace(self.wish, when=When.NOW, fade=False)

    def lead_time(self, current: SpotifyPlayback | None) -> float:
        """Seconds before the song's end at which a deferred wish starts."""
        return SONG_END_LEAD_S + (lead_time(self.immediate, current) if current is not None else 0.0)

    def is_due(self, current: SpotifyPlayback | None, now: float) -> bool:
        """True shortly before and after the end of the current song."""
        end = current.end() if current is not None else None
        if end is None:
            return False
        return end - self.lead_time(current) - SONG_END_LEAD_TOLERANCE_S <= now < end + SONG_END_WINDOW_S

    def overruled(self, before: SpotifyPlayback | None, observed: SpotifyPlayback) -> bool:
        """True if a person has chosen something else since the wish was deferred. before: the previous playback."""
        if not observed.on_own_speaker or not observed.loaded or observed.context != self.context:
            return True
        if not observed.playing:
            # Paused, maybe for an announcement only; whether a person wanted it is decided elsewhere.
            return False
        end = before.end() if before is not None else None
        return observed.uri != self.song and end is not None and observed.at < end - EARLY_CHANGE_S


class PendingCommands:
    """What is still to be done; `edge.players.wishes.replaces` says which wish replaces which."""

    def __init__(self) -> None:
        self.wishes: list[PendingWish] = []
        self.commands: list[SpotifyCommand] = []
        self.unconfirmed: UnconfirmedCommand | None = None
        self.deferred: PendingWish | None = None

    @property
    def pending(self) -> bool:
        """True if something is to be done or to be confirmed; a wish deferred to the song's end doesn't count."""
        return bool(self.wishes or self.commands or self.unconfirmed)

    def add(self, wish: Wish, original: Wish, now: float) -> None:
        """wish: with music that Spotify can play. original: as it was given."""
        if wish.act is Act.NEXT and self.deferred is not None:
            # The skip ends the song, which the deferred wish was waiting for.
            wish, original = replace(self.deferred.wish, when=When.NOW), self.deferred.original
            self.deferred = None
        elif wish.act is Act.PLAY and wish.when is When.QUEUE and not is_queueable(wish):
            # Spotify queues single songs only; anything else waits for the end of the song.
            wish = replace(wish, when=When.TRACK_END)
        self.wishes = [pending for pending in self.wishes if not replaces(wish, pending.wish)]
        if wish.act is Act.FORGET:
            self._forget()
            return
        if wish.act is Act.VOLUME:
            self.drop(lambda command: command.operation is Operation.VOLUME)
        elif wish.act is Act.RESUME:
            self.drop(lambda command: command.operation in (Operation.PAUSE, Operation.RESUME))
        elif wish.act in (Act.PLAY, Act.PAUSE) and not is_queueable(wish):
            self.drop(lambda command: command.optional or command.operation not in (Operation.VOLUME, Operation.QUEUE))
            if wish.act is Act.PLAY:
                self.deferred = None
        self.wishes.append(PendingWish(wish, original, now + patience(wish)))

    def clear(self) -> None:
        """Remove everything."""
        self.wishes, self.commands, self.unconfirmed, self.deferred = [], [], None, None

    def start_deferred(self, now: float) -> None:
        """Move the deferred wish to the pending ones."""
        if self.deferred is not None:
            deferred, self.deferred = self.deferred, None
            # Its basis has been checked against each playback since it was deferred.
            original = replace(deferred.original, basis=None)
            self.wishes.append(PendingWish(deferred.immediate, original, now + patience(deferred.wish)))

    def follow_deferred(self, before: SpotifyPlayback | None, observed: SpotifyPlayback, now: float) -> Wish | None:
        """Update the deferred wish after an observation. before: the previous playback.

        Returns the wish if a person has chosen something else; then it is no longer deferred.
        """
        deferred = self.deferred
        if deferred is None:
            return None
        if deferred.overruled(before, observed):
            self.deferred = None
            return deferred.original
        if observed.playing and observed.end() is None and observed.uri != deferred.song:
            # The end of this song is unknown, or its beginning shows the end of the one before it.
            self.start_deferred(now)
        elif observed.uri != deferred.song:
            # The song ended between two observations; the wish waits for the end of the next one.
            self.deferred = replace(deferred, song=observed.uri)
        return None

    def drop(self, condition: Callable[[SpotifyCommand], bool]) -> None:
        """Remove the commands that meet the condition; one that was already sent is still to be confirmed."""
        self.commands = [command for command in self.commands if not condition(command)]
        if self.unconfirmed is not None and self.unconfirmed.command not in self.commands:
            self.unconfirmed = replace(self.unconfirmed, command=None)

    def drop_expired(self, now: float) -> list[Wish]:
        """Remove what has expired. Returns the wishes that are abandoned thereby."""
        sent = self.unconfirmed.command if self.unconfirmed is not None else None
        wishes = [pending for pending in self.wishes if now > pending.expires]
        commands = [command for command in self.commands if now > command.expires and command != sent]
        self.wishes = [pending for pending in self.wishes if pending not in wishes]
        self.commands = [command for command in self.commands if command not in commands]
        abandoned = [command.wish for command in commands if command.wish is not None and not command.optional]
        return [pending.original for pending in wishes] + abandoned

    def delay(self, seconds: float) -> None:
        """A command was sent this late: move the later ones, so that the gaps between them stay."""
        if seconds > DELAY_TOLERANCE_S:
            self.commands = [replace(command, due=command.due + seconds) for command in self.commands]

    def remove(self, command: SpotifyCommand) -> None:
        if command in self.commands:
            self.commands.remove(command)

    def withdraw(self, wish: Wish) -> None:
        """Remove a wish and its commands, except those that restore a volume."""
        self.wishes = [waiting for waiting in self.wishes if waiting.original is not wish]
        self.drop(lambda command: command.wish is wish and command.fade_end is None)

    def _forget(self) -> None:
        """Remove the music that the device itself wished for."""
        self.deferred = None
        wishes = [
            command.wish for command in self.commands if command.operation in (*MUSIC_OPERATIONS, Operation.QUEUE)
        ]
        withdrawn = [wish for wish in wishes if wish is not None and is_revocable(wish)]
        self.drop(lambda command: any(command.wish is wish for wish in withdrawn))
