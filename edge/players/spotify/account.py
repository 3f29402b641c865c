"""`SpotifyAccount`: the account's playback and speaker, fetched with as few requests as possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from edge.music.reports.song_clock import SongClock
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.errors import (
    RETRY_AFTER_DEFAULT_S,
    BudgetUsedUpError,
    QuotaExceededError,
    RateLimitError,
    SpeakerMissingError,
    SpotifyError,
    repeated,
)
from edge.players.spotify.limits.looks import MissingSpeakerLooks
from edge.players.spotify.playback import SpotifyPlayback, parse_playback
from edge.players.spotify.speakers import Speaker, find_speaker, is_named, restricted_error

T = TypeVar("T")
PLAYBACK_MAX_AGE_S = 3.5  # a playback no older than this is good enough for a command
JUST_OBSERVED_S = 0.2
IDLE_AFTER_S = 300.0
NEVER = float("-inf")


class SpotifyAccount:
    """What the account plays and where.

    Between `begin` and the next `begin` (one call of the player) nothing is fetched twice, unless a command was sent in
    between.
    """

    def __init__(self, api: SpotifyApi, *, speaker_name: str | None, clock: Callable[[], float]) -> None:
        """speaker_name: the configured speaker. clock: monotonic seconds."""
        self.api, self.speaker_name, self.clock = api, speaker_name, clock
        self.playback: SpotifyPlayback | None = None
        # When the last observation began, when the last command was accepted, and until when a 429 forbids requests.
        self.observed_at = self.commanded_at = self.blocked_until = NEVER
        self.speaker_missing = self.speaker_moved = False
        self._observation_ended_at = NEVER
        self._observed_since_begin = self._assumed = False
        # The last look was at the list of speakers only.
        self._looked_at_list_only = False
        self._missing_looks = MissingSpeakerLooks()
        self._speakers: list[Speaker] | None = None
        self._queue: list[str] | None = None
        self._song_clock = SongClock()
        # The id to which commands go, the ids by which the playback shows the same speaker, and those of others.
        self._commanded_id: str | None = None
        self._own_ids: set[str | None] = set()
        self._other_ids: set[str | None] = set()
        self._block: SpotifyError | None = None
        self._silent_since: float | None = None
        self._unnamed_since: float | None = None

    def begin(self) -> None:
        """Start a new turn: what the last one fetched is no longer reused, except for a recent playback."""
        self._observed_since_begin = False
        self._speakers = self._queue = None

    def read(self, request: Callable[[], T]) -> T:
        """Send a request that reads something and return its result. Raises SpotifyError.

        A refusal of such a request isn't about a wish: the player itself doesn't work, so the error isn't lasting.
        """
        try:
            return self.send(request)
        except SpotifyError as error:
            error.lasting = False
            raise

    def send(self, request: Callable[[], T]) -> T:
        """Send any request and return its result. Raises SpotifyError.

        A 429 (RateLimitError, QuotaExceededError) or a used-up budget blocks all requests until its `retry_after` is
        over; until then the same error is raised without a request.
        """
        now = self.clock()
        if self._block is not None and now < self.blocked_until:
            raise repeated(self._block, self.blocked_until - now)
        try:
            return request()
        except (RateLimitError, QuotaExceededError, BudgetUsedUpError) as error:
            self._block = error
            self.blocked_until = self.clock() + (error.retry_after or RETRY_AFTER_DEFAULT_S)
            raise

    def observe(self) -> SpotifyPlayback:
        """Fetch the playback: one request, or two if no speaker is active."""
        started = self.clock()
        silent = self.playback is not None and self.playback.speaker is None
        missing = silent and self.speaker_missing
        # The list of speakers shows both whether one is active and whether the own one is online.
        by_state, by_list = self._missing_looks.next(idle=self.idle()) if missing else (not silent, silent)
        listed_active = by_list and any(speaker.active for speaker in self._speaker_list())
        state, self._looked_at_list_only = None, not (by_state or listed_active)
        if by_state or listed_active:
            state = self.read(self.api.playback_state)
        playback = parse_playback(state, speaker_name=self.speaker_name, at=started, own_ids=self._own_ids)
        # A missing speaker isn't looked for in the list each time.
        by_list = by_list or not missing
        if playback.speaker is None:
            playback = (self._private_playback(started) if by_list else None) or playback
        elif not playback.on_own_speaker and self._is_alias(playback.speaker):
            playback = replace(playback, on_own_speaker=True)
        position = self._song_clock.read(started, playback.uri, playback.position, playing=playback.playing)
        playback = replace(playback, position=position)
        self.playback, self.observed_at, self._assumed, self.speaker_missing = playback, started, False, False
        if playback.speaker is None and not by_list:
            self.speaker_missing = True
        elif playback.speaker is None:
            own = [speaker for speaker in self._speaker_list() if is_named(speaker.name, self.speaker_name or "")]
            self.speaker_missing = not own
        elif missing and playback.on_own_speaker and not listed_active:
            self._missing_looks.plays_unlisted = True
        if not self.speaker_missing:
            self._missing_looks.reset()
        if playback.playing:
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = started
        if not (playback.playing and playback.on_own_speaker) or playback.uri or playback.context:
            self._unnamed_since = None
        elif self._unnamed_since is None:
            self._unnamed_since = started
        self._observation_ended_at, self._observed_since_begin = self.clock(), True
        return playback

    def current(self, *, observed_only: bool = False) -> SpotifyPlayback:
        """The playback, fetched again if it is too old. observed_only: don't accept an assumed one."""
        if self.playback is None:
            return self.observe()
        if self._observed_since_begin:
            return self.playback
        known_at = self.observed_at if observed_only else max(self.observed_at, self.commanded_at)
        if self.clock() - known_at > PLAYBACK_MAX_AGE_S or (observed_only and self._assumed):
            return self.observe()
        return self.playback

    @property
    def is_observed(self) -> bool:
        """True if the playback is what Spotify has shown, False if it is assumed after a command."""
        return not self._assumed

    @property
    def just_observed(self) -> bool:
        """True if the playback was fetched in this turn or a moment ago."""
        return self._observed_since_begin or self.clock() - self._observation_ended_at <= JUST_OBSERVED_S

    def assume(self, playback: SpotifyPlayback) -> None:
        """Spotify accepted a command: assume its effect until it is observed."""
        self.begin()
        self.playback, self.commanded_at, self._assumed = playback, self.clock(), True
        self._silent_since = None

    def own_speaker(self, current: SpotifyPlayback) -> Speaker:
        """The configured speaker with its present id. Raises SpeakerMissingError, SpeakerRestrictedError."""
        active = current.speaker if current.on_own_speaker else None
        commanded = not self.speaker_moved and active is not None and self._commanded_id in (None, active.id)
        if active is not None and active.id and not active.restricted and commanded:
            return active
        for speaker in self._speaker_list():
            if speaker.id is not None and speaker.id == self._commanded_id and not self.speaker_moved:
                return speaker
        try:
            speaker = find_speaker(self.speaker_name, self._speaker_list())
        except SpeakerMissingError:
            if current.speaker is None and self._looked_at_list_only:
                # It may play all the same: Spotify doesn't list every speaker that accepts no commands.
                current = parse_playback(
                    self.read(self.api.playback_state), speaker_name=self.speaker_name, at=self.clock()
                )
                active = current.speaker if current.on_own_speaker else None
            if active is not None and active.restricted:
                raise restricted_error(active.name) from None
            self.speaker_missing = True
            raise
        self.speaker_moved = False
        return speaker

    def use_speaker(self, speaker: Speaker) -> None:
        """Take this speaker for the own one from now on, in place of the configured one."""
        self.speaker_name, self.speaker_missing, self.speaker_moved = speaker.name, False, False
        self._commanded_id, self._own_ids, self._other_ids = speaker.id, {speaker.id}, set()
        self._missing_looks.reset()
        if self.playback is not None:
            # What it said of the speakers before isn't right any more.
            self.playback = None
            self._observed_since_begin = False

    def accepted_by(self, speaker: Speaker) -> None:
        """The configured speaker has accepted a command under this id, which it may not show in the playback."""
        if speaker.id is not None and speaker.id != self._commanded_id:
            self._commanded_id, self._own_ids, self._other_ids = speaker.id, {speaker.id}, set()

    def _is_alias(self, shown: Speaker) -> bool:
        """True where the list says that the own speaker is active: some show another id and name in the playback."""
        if self._commanded_id is None or shown.id is None or shown.id in self._other_ids:
            return False
        own = [speaker for speaker in self._speaker_list() if speaker.id == self._commanded_id and speaker.active]
        (self._own_ids if own else self._other_ids).add(shown.id)
        return bool(own)

    def _private_playback(self, at: float) -> SpotifyPlayback | None:
        """Return what a private session hides: only the list of speakers shows that something plays."""
        active = [speaker for speaker in self._speaker_list() if speaker.active and speaker.private]
        if not active:
            return None
        speaker = active[0]
        own = speaker.id in self._own_ids or is_named(speaker.name, self.speaker_name or "")
        return SpotifyPlayback(at, playing=True, speaker=speaker, on_own_speaker=own)

    def count_in_queue(self, uri: str) -> int:
        """How often a song is in the queue, including the current song."""
        if self._queue is None:
            self._queue = self.read(self.api.queue_uris)
        return self._queue.count(uri)

    def idle(self) -> bool:
        """True if nothing has been playing for a while."""
        return self._silent_since is not None and self.clock() - self._silent_since > IDLE_AFTER_S

    @property
    def unnamed_for(self) -> float:
        """Seconds for which something has been playing on the own speaker that Spotify doesn't name; else infinite."""
        return float("inf") if self._unnamed_since is None else self.observed_at - self._unnamed_since

    @property
    def paused_for(self) -> float:
        """Seconds from the first to the last observation of music that is paused; infinite where none is."""
        if self.playback is None or self.playback.playing or not self.playback.loaded or self._silent_since is None:
            return float("inf")
        return self.observed_at - self._silent_since

    def _speaker_list(self) -> list[Speaker]:
        if self._speakers is None:
            self._speakers = self.read(self.api.speakers)
        return self._speakers
