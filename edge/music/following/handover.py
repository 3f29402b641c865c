"""`Handover`: music that comes from another room, or goes there, as the director's own requests. Pure."""

from __future__ import annotations

from edge.music.following.report import MovingMusic
from edge.music.ownership import OwnMusic
from edge.music.situation import Situation
from edge.music.timetable import Timetable
from edge.music.volume import VolumePolicy
from edge.sentences import Sentence
from edge.values import Act, Continuation, Playback, When, Wish

# A player that is asked seldom shows some time later that its music went to another speaker.
SEEN_LATE_S = 130.0


class Handover:
    """Used by one thread."""

    def __init__(self, situation: Situation, volume: VolumePolicy, timetable: Timetable) -> None:
        self._situation, self._volume, self._timetable = situation, volume, timetable
        self._gone_at = float("-inf")
        self._offered_at = float("-inf")

    @property
    def present(self) -> bool | None:
        """Whether anybody is in the room; None where nobody knows."""
        return self._situation.presence.present

    def music(self, now: float, *, profile: str) -> MovingMusic | None:
        """The device's own music as it is seen to play; None for a person's, for none, and until it is seen."""
        known = self._situation
        playback, pending = known.playback, known.pending
        if playback is None or not known.detector.playing or playback.assumed or known.detector.in_doubt:
            return None
        if pending.state is not None or (pending.play is not None and pending.play.when is When.NOW):
            return None
        return self._as_it_is(playback, now - known.detector.observed_at, profile)

    def paused(self, *, profile: str) -> MovingMusic | None:
        """The own music that the device has paused because the room is empty."""
        known, playback = self._situation, self._situation.playback
        if known.presence.paused_at is None or playback is None or playback.state != "paused" or playback.elsewhere:
            return None
        return self._as_it_is(playback, 0.0, profile)

    def _as_it_is(self, playback: Playback, age: float, profile: str) -> MovingMusic | None:
        """age: seconds since the report, in which the music has gone on."""
        known, own = self._situation, self._situation.own.playing
        if own is None:
            return None
        return MovingMusic(
            own.music,
            own.mood.mood if own.mood is not None else known.mood_name,
            profile,
            playback.player,
            playback.speaker,
            playback.uri,
            None if playback.position is None else playback.position + max(0.0, age),
        )

    def refuses(self, now: float) -> str:
        """Why no music may come here now; "" if it may."""
        known = self._situation
        playback = known.playback
        if playback is None or playback.state == "unavailable":
            return "the player can't be reached"
        if known.paused_by_person or known.detector.in_doubt:
            return "a person has paused the music, or may have changed it"
        if known.detector.playing and known.own.playing is None:
            return "a person's own music plays"
        return self._timetable.quiet_reason(now) or ""

    def take(self, now: float, moving: MovingMusic, *, room: str) -> Wish:
        """Return the wish for music that comes here. room: the device's that it comes from."""
        known, playing = self._situation, self._situation.playing
        known.own.request(now, OwnMusic(moving.music), When.NOW, replaces=playing)
        known.presence.paused_at = None
        why = Sentence("{music} follows from {room}", music=moving.music.name, room=room)
        continues = Continuation(moving.speaker, moving.song, moving.position)
        volume = self._volume.for_resume(now)
        wish = Wish(Act.PLAY, known.mood_name, why, moving.music, volume=volume, continues=continues)
        return known.detector.request(now, wish)

    def cancel(self, now: float, *, room: str) -> Wish:
        """Return the wish that takes back music that hasn't begun here."""
        known = self._situation
        known.own.playing = None
        why = Sentence("the music from {room} didn't begin here, and stays there", room=room)
        return known.detector.request(now, Wish(Act.FORGET, known.mood_name, why))

    def give(self, now: float, *, room: str, shared: bool) -> Wish | None:
        """The own music plays in another room now. Returns the wish that ends it here; None where nothing is to end.

        shared: it has left the speaker by itself, which the player may show late.
        """
        known = self._situation
        own, held = known.own.playing, known.presence.paused_at is not None
        self._gone_at = now
        known.own.cancel_upcoming(now)
        known.disown()
        if own is None or shared or held:
            return None
        why = Sentence("{music} has followed to {room}", music=own.music.name, room=room)
        return known.detector.request(now, Wish(Act.PAUSE, known.mood_name, why))

    def hold(self, now: float, *, room: str) -> Wish | None:
        """Pause the own music in the empty room, since it may play in the other one. Returns the wish, if any."""
        known = self._situation
        if known.own.playing is None or not known.playing or known.presence.paused_at is not None:
            return None
        known.own.cancel_upcoming(now)
        known.presence.pause(now)
        why = Sentence("the music may have followed to {room}, which doesn't answer: it pauses", room=room)
        return known.detector.request(now, Wish(Act.PAUSE, known.mood_name, why, basis=known.detector.basis()))

    def offered(self, now: float) -> None:
        """The music is on offer: it may leave the speaker at any moment."""
        self._offered_at = now

    def explains(self, now: float, playback: Playback) -> bool:
        """True where this report shows music that moved to another room, and no person's doing."""
        gone = now - self._gone_at <= SEEN_LATE_S and playback.state != "playing"
        left = now - max(self._gone_at, self._offered_at) <= SEEN_LATE_S
        return gone or (left and (playback.elsewhere or playback.state == "stopped"))
