"""How far a wish has been carried out on Music Assistant. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from edge.players.kept_wish import KeptWish
from edge.players.music_assistant.addresses import FoundMedia
from edge.players.music_assistant.errors import PlayerAwayError, ServerRefusedError
from edge.players.music_assistant.matching import SONG_PREFIX
from edge.players.music_assistant.playback import Heard
from edge.players.music_assistant.speakers import away_player
from edge.players.song_end import SONG_END_LEAD_S, CurrentSong
from edge.values import Act, When, Wish

CROSSFADE_LEAD_S = 12.0  # where the server fades the next song in before that
AWAY_RETRY_S = 30.0


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
class MediaWish(KeptWish):
    """A wish and what has been done for it.

    media: what its addresses stand for. prepared: volume, shuffle and repeat are set. volume_before: to be set again if
    the music doesn't begin. target: the entry that a skip goes to. lost: the newest command whose answer was lost.
    refused: the newest start was refused, and its music is still expected.
    """

    media: FoundMedia | None = None
    prepared: bool = False
    volume_before: int | None = None
    target: str | None = None
    sent: SentCommand | None = None
    lost: SentCommand | None = None
    refused: bool = False

    @property
    def in_flight(self) -> bool:
        return self.sent is not None or self.lost is not None

    @property
    def queued(self) -> bool:
        return self.wish.when is When.QUEUE and self.media is not None and len(self.media.uris) == 1


def current_song(heard: Heard, position: float | None) -> CurrentSong | None:
    """The song that the queue plays; None where somebody plays by other means, or the speaker is away."""
    queue = heard.queue
    if heard.foreign or queue is None or not heard.player.available:
        return None
    lead = CROSSFADE_LEAD_S if queue.crossfade else SONG_END_LEAD_S
    if queue.item is None:
        return CurrentSong(None, queue.state, lead=lead)
    return CurrentSong(queue.item.id, queue.state, position, queue.item.duration, lead)


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
