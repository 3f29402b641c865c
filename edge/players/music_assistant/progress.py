"""How far a wish has been carried out on Music Assistant, and music that waits for the end of the song. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from edge.players.music_assistant.addresses import FoundMedia
from edge.players.music_assistant.errors import PlayerAwayError, ServerRefusedError
from edge.players.music_assistant.matching import SONG_PREFIX
from edge.players.music_assistant.playback import Heard
from edge.players.music_assistant.speakers import away_player
from edge.values import Act, When, Wish

SONG_END_LEAD_S = 1.0  # music for a song's end is requested this long before it
CROSSFADE_LEAD_S = 12.0  # where the server fades the next song in before that
AWAY_RETRY_S = 30.0
SONG_BEGAN_S = 5.0  # a song that began no longer ago may still be replaced, where its predecessor's end was missed
EARLY_CHANGE_S = 15.0  # another song so long before the expected end was a person's choice


@dataclass(frozen=True)
class SentCommand:
    """A command whose answer hasn't come. before: the queue's entries when it was sent. at: on the player's clock.

    generation: of the connection on which it was sent.
    """

    id: str
    before: frozenset[str]
    at: float
    generation: int


@dataclass
class MediaWish:
    """A wish and what has been done for it, so that it can go on after a lost connection.

    wish: with music that the server can play. original: as it was given. expires: on the player's clock.
    media: what its addresses stand for. prepared: volume, shuffle and repeat are set. volume_before: to be set again if
    the music doesn't begin. target: the entry that a skip goes to. lost: the newest command whose answer was lost.
    """

    wish: Wish
    original: Wish
    expires: float
    media: FoundMedia | None = None
    prepared: bool = False
    volume_before: int | None = None
    target: str | None = None
    sent: SentCommand | None = None
    lost: SentCommand | None = field(default=None)

    @property
    def queued(self) -> bool:
        """True for a song to be queued, which replaces nothing."""
        return self.wish.when is When.QUEUE and self.media is not None and len(self.media.uris) == 1

    @property
    def address(self) -> str | None:
        """The address of the music, as it was given."""
        return None if self.original.music is None else self.original.music.uri


@dataclass(frozen=True)
class DeferredWish:
    """Music that begins when the current song ends. entry: that song's. ends: when, on the player's clock."""

    wish: MediaWish
    entry: str
    ends: float | None

    @property
    def immediate(self) -> MediaWish:
        """The wish as it is carried out at the song's end; its basis has been checked with each report since."""
        wish = replace(self.wish.wish, when=When.NOW, fade=False)
        return replace(self.wish, wish=wish, original=replace(self.wish.original, basis=None))

    def judge(self, heard: Heard, now: float, position: float | None) -> tuple[str, DeferredWish]:
        """Return what to do, and the newest state: "wait", "start", or "drop" where a person chose something else."""
        queue = heard.queue
        if heard.foreign or queue is None or not heard.player.available:
            return "drop", self
        if queue.item is None or queue.state == "idle":
            # Stopped or run out: it begins at the next song's end no longer. For a moment that is only a gap.
            return ("start" if self.ends is not None and now >= self.ends - EARLY_CHANGE_S else "wait"), self
        if queue.state == "paused":
            return "wait", self
        duration = queue.item.duration
        ends = None if duration is None or position is None else now + duration - position
        if queue.item.id == self.entry:
            lead = CROSSFADE_LEAD_S if queue.crossfade else SONG_END_LEAD_S
            due = ends is not None and now >= ends - lead
            return ("start" if due else "wait"), replace(self, ends=ends)
        if self.ends is not None and now - (position or 0.0) < self.ends - EARLY_CHANGE_S:
            return "drop", self
        if ends is None or (position is not None and position < SONG_BEGAN_S):
            return "start", self
        return "wait", replace(self, entry=queue.item.id, ends=ends)


def waits_for_song_end(wish: Wish, heard: Heard) -> bool:
    """True for music that begins at a song's end, while a song plays that has one. A single song is queued instead."""
    if wish.act is not Act.PLAY or wish.when is When.NOW or wish.music is None:
        return False
    single = len(wish.music.uris or (wish.music.uri,)) == 1
    if wish.when is When.QUEUE and single and is_song(wish.music.uri):
        return False
    item = heard.queue.item if heard.queue is not None else None
    return not heard.foreign and item is not None and heard.state == "playing" and bool(item.duration)


def check_possible(wish: Wish, heard: Heard) -> None:
    """Raise PlayerAwayError for a speaker that is offline, ServerRefusedError for one that somebody has grouped."""
    player = heard.player
    if not player.available:
        raise PlayerAwayError(away_player(player), retry_after=AWAY_RETRY_S)
    if heard.leader is not None and wish.act is Act.PLAY and wish.basis is not None and heard.state != "playing":
        raise ServerRefusedError(
            f'music_assistant.speaker: "{player.name}" is grouped with "{heard.leader}", where music would begin too; '
            "ungroup it, or press play",
            retry_after=1,
        )


def is_song(address: str) -> bool:
    """True for the address of a single song."""
    return address.startswith((SONG_PREFIX, "spotify:track:", "spotify:episode:")) or "://track/" in address
