"""`CommandExecutor`: sends pending commands when they are due, and none twice that may have taken effect."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from edge.errors import reported
from edge.players.errors import NOTHING_PLAYS
from edge.players.spotify.account import SpotifyAccount
from edge.players.spotify.catalogue.playable import PlayableMusic
from edge.players.spotify.commands import (
    MUSIC_OPERATIONS,
    Operation,
    SpotifyCommand,
    confirmed,
    predicted,
    redundant,
)
from edge.players.spotify.errors import (
    GatewayError,
    NotFoundError,
    RequestRefusedError,
    SpeakerGoneError,
    SpotifyError,
    VolumeFixedError,
)
from edge.players.spotify.fade import VolumeFade
from edge.players.spotify.failures.abandoned import AbandonedWishes
from edge.players.spotify.failures.waking import SpeakerWaking
from edge.players.spotify.limits.backoff import RequestPace
from edge.players.spotify.limits.song_refusals import SongRefusals
from edge.players.spotify.pending import PendingCommands, UnconfirmedCommand
from edge.players.spotify.playback import LibraryNames, SpotifyPlayback
from edge.players.spotify.sending import check_playback, is_songs, is_supported, send, songs_refused
from edge.players.start_watch import StartWatch
from edge.sentences import TechnicalText

SETTLE_S = 2.0  # Spotify shows a command's effect a second or more after accepting it
START_PATIENCE_S = 10.0  # music that isn't shown to play this long after it was accepted never will
# After a gateway's error most commands were carried out, and their effect may show late; a second skip, or a song that
# is queued twice, is worse than a late one.
GATEWAY_CONFIRM_TIMEOUT_S = 15.0
# Their effect shows only in comparison with an observed playback before them.
_RELATIVE = (Operation.NEXT, Operation.PREVIOUS, Operation.QUEUE)
log = logging.getLogger(__name__)


class CommandExecutor:
    """Carries out the pending commands on the account."""

    def __init__(
        self,
        account: SpotifyAccount,
        pending: PendingCommands,
        names: LibraryNames,
        *,
        publish: Callable[[], None] = lambda: None,
    ) -> None:
        """publish: called where a speaker refuses the songs of a `library:` list, but would take a playlist of them."""
        self._account, self._pending, self._names = account, pending, names
        self.fade, self.pace, self.playable = VolumeFade(), RequestPace(), PlayableMusic(account)
        self.abandoned, self._waking = AbandonedWishes(pending), SpeakerWaking(account)
        self._start = StartWatch(START_PATIENCE_S)
        self._last_songs: tuple[str, ...] = ()
        self._sending = False
        self._song_refusals = SongRefusals(account, pending, names, publish)

    def run_due(self) -> None:
        """Send the commands that are due. Raises SpotifyError; what may still succeed stays pending."""
        self.restore_volume()
        account = self._account
        while self._pending.commands:
            commands = self._pending.commands
            command, now = commands[0], account.clock()
            if now < command.due:
                return
            if command.operation in _RELATIVE and now - account.commanded_at < SETTLE_S:
                commands[0] = replace(command, due=account.commanded_at + SETTLE_S)
            else:
                self._run(command)

    def confirm(self, unconfirmed: UnconfirmedCommand) -> bool:
        """Find out whether a command took effect. Returns False if it is too early to tell.

        Afterwards the command is removed if it did, and sent again if it didn't.
        """
        now, command = self._account.clock(), unconfirmed.command
        if now < unconfirmed.at + SETTLE_S:
            return False
        observed = self._account.observe()
        if command is None:
            self._pending.unconfirmed = None
            return True
        if confirmed(command, unconfirmed.before, self._with_queue_count(command, observed)):
            self._applied(command)
            return True
        if now < unconfirmed.at + unconfirmed.patience:
            return False
        self._pending.unconfirmed = None
        return True

    def restore_volume(self) -> None:
        """Restore the volume that a fade has left lowered, unless a person has set it since."""
        account, pending, now = self._account, self._pending, self._account.clock()
        playback = account.playback
        if playback is None or not self.fade.restore_due(now, playback):
            return
        settled = account.is_observed and account.observed_at - account.commanded_at >= SETTLE_S
        if settled and self.fade.taken_over(playback):
            log.info("spotify: a person has set the volume; it stays as it is")
            self.fade.end()
            pending.drop(lambda command: command.fade_end is not None)
        elif pending.unconfirmed is None and not any(
            command.operation in (Operation.VOLUME, Operation.PLAY) for command in pending.commands
        ):
            pending.commands.append(self.fade.restore_command(now))

    @property
    def starting(self) -> bool:
        """True while Spotify has accepted music and hasn't shown that it plays."""
        return self._start.waiting

    def check_start(self) -> None:
        """Abandon music that Spotify accepted and doesn't play, as the last observation shows."""
        account, playback = self._account, self._account.playback
        if playback is None or not account.is_observed:
            return
        wish = self._start.look(account.observed_at, plays=playback.playing)
        if wish is not None:
            speaker = f'"{account.speaker_name}" accepted the music, and nothing plays there'
            text = TechnicalText(f"spotify: {speaker}; try it from the Spotify app", NOTHING_PLAYS)
            self.abandoned.add(wish, text, fault=True)

    def _run(self, command: SpotifyCommand) -> None:
        self._sending = False
        account = self._account
        current = account.current(
            observed_only=command.operation in (Operation.NEXT, Operation.PREVIOUS, Operation.TRANSFER)
        )
        if self._skippable(command, current):
            if command.optional and current.on_own_speaker:
                self.fade.applied(command)
            self._pending.remove(command)
            return
        try:
            check_playback(command, current, account.speaker_name)
            speaker = account.own_speaker(current)
            if not is_supported(command, speaker):
                self._pending.remove(command)
                self.fade.end()
                return
            self._song_refusals.check(command, speaker)
            current = self._with_queue_count(command, current)
            self._sending = True
            self.fade.sending(command, current)
            send(account, command, speaker)
        except (SpeakerGoneError, NotFoundError) as error:
            if not self._waking.wake(command, current, speaker, error):
                self._failed(command, current, error)
            raise
        except SpotifyError as error:
            if isinstance(error, RequestRefusedError) and command.operation is Operation.PLAY and is_songs(command):
                if self._song_refusals.replace(command, speaker, error):
                    return
                error.args = (songs_refused(speaker_name=account.speaker_name, cause=str(error)),)
            self._failed(command, current, error)
            if not (command.optional and error.lasting):
                raise
            log.info("%s", error)
            return
        now = account.clock()
        account.accepted_by(speaker)
        self._applied(command)
        if command.operation in MUSIC_OPERATIONS:
            self._start.begin(now, command.wish)
        elif command.operation is Operation.PAUSE:
            self._start.end()
        self._pending.delay(now - command.due)
        account.assume(predicted(command, current, speaker, now))

    def _skippable(self, command: SpotifyCommand, current: SpotifyPlayback) -> bool:
        """True if the command would change nothing, or is an addition to music that isn't on the own speaker."""
        if redundant(command, current) or (command.optional and not current.on_own_speaker):
            return True
        same_list = command.operation is Operation.PLAY and command.uris != () and command.uris == self._last_songs
        return same_list and current.on_own_speaker and current.playing and command.music_in(current)

    def _with_queue_count(self, command: SpotifyCommand, playback: SpotifyPlayback) -> SpotifyPlayback:
        if command.operation is not Operation.QUEUE or command.uri is None:
            return playback
        return replace(playback, queued=self._account.count_in_queue(command.uri))

    def _failed(self, command: SpotifyCommand, before: SpotifyPlayback, error: SpotifyError) -> None:
        pending, now = self._pending, self._account.clock()
        if error.outcome_unknown and command in pending.commands and self._sending:
            pending.unconfirmed = UnconfirmedCommand(command, before, now)
            if command.operation in _RELATIVE and isinstance(error, GatewayError):
                pending.unconfirmed = replace(pending.unconfirmed, patience=GATEWAY_CONFIRM_TIMEOUT_S)
        elif isinstance(error, SpeakerGoneError):
            self._account.speaker_moved = True
        elif error.lasting:
            pending.remove(command)
            self.playable.refused(command)
            if not command.optional:
                self.abandoned.add(command.wish, reported(error), fault=True)
            if command.operation in MUSIC_OPERATIONS:
                pending.drop(lambda other: other.optional)
            if isinstance(error, VolumeFixedError):
                self.fade.end()
            elif command.operation is Operation.VOLUME:
                self.fade.refused(now)

    def _applied(self, command: SpotifyCommand) -> None:
        self._pending.remove(command)
        self._pending.unconfirmed = None
        self.pace.commanded()
        self.playable.accepted(command)
        self.fade.applied(command)
        if command.operation is Operation.PLAY:
            self._last_songs = command.uris
            self._waking.music_started()
            self._names.prefer(command.uri)
