"""What was requested of the player and isn't confirmed by it yet: music, pausing or resuming, a skip. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.music.playback import matches
from edge.values import Act, Playback, When, Wish

# A request without effect for this long never takes effect: players give up after 10 minutes, and the request may wait
# in the queue before that.
REQUEST_EXPIRES_S = 750.0
SKIP_EXPIRES_S = 75.0
# Music that was cancelled or replaced may have begun all the same; the player's next report shows it.
WITHDRAWN_MAY_START_S = 60.0
WITHDRAWN_KEPT, SKIPS_KEPT = 8, 8
# A cancelled resume that took effect all the same is paused again by the player within this time.
PAUSED_AGAIN_WITHIN_S = 30.0


@dataclass(frozen=True)
class RequestedMusic:
    """Music that was requested and doesn't play yet. songs: how many other songs began meanwhile."""

    wish: Wish
    at: float
    songs: int = 0


@dataclass(frozen=True)
class RequestedState:
    """A pause or a resume that was requested and isn't confirmed yet. patience: seconds until it never will be."""

    wish: Wish
    at: float
    patience: float = REQUEST_EXPIRES_S

    @property
    def target(self) -> str:
        """The player's state once it is done: "paused" or "playing"."""
        return "paused" if self.wish.act is Act.PAUSE else "playing"

    def is_done(self, playback: Playback) -> bool:
        """True where the player shows the requested state."""
        if playback.elsewhere:
            return False
        return playback.state == self.target or (self.target == "paused" and playback.state == "stopped")


class PendingRequests:
    """The newest request of each kind. music, state: None where none is pending."""

    def __init__(self) -> None:
        self.music: RequestedMusic | None = None
        self.state: RequestedState | None = None
        # When skips were requested that haven't been seen yet.
        self._skips: list[float] = []
        self._withdrawn: list[RequestedMusic] = []
        self._withdrawn_resume: RequestedState | None = None
        # The newest report that showed the player, and whether it can't be reached since then.
        self._seen_at, self._away = 0.0, False

    @property
    def play(self) -> Wish | None:
        """The wish whose music doesn't play yet."""
        return self.music.wish if self.music is not None else None

    @property
    def resuming(self) -> bool:
        """True while a resume isn't confirmed."""
        return self.state is not None and self.state.target == "playing"

    @property
    def starting(self) -> Wish | None:
        """The wish to begin or resume music in silence, where the device itself made it and it isn't confirmed."""
        wish = self.play
        if self.music is None and self.state is not None and self.resuming:
            wish = self.state.wish
        own = wish is not None and wish.when is When.NOW and wish.basis is not None and not wish.basis.playing
        return wish if own else None

    def add(self, now: float, wish: Wish) -> None:
        """Note a request; it replaces what it makes obsolete."""
        if wish.act in (Act.PLAY, Act.PAUSE, Act.RESUME, Act.FORGET) and self.music is not None:
            withdrawn = replace(self.music, at=now)
            self._withdrawn = [*self._withdrawn, withdrawn][-WITHDRAWN_KEPT:]
            self.music = None
        if wish.act is Act.PLAY:
            self.music, self.state = RequestedMusic(wish, now), None
        elif wish.act in (Act.PAUSE, Act.RESUME):
            self.state = RequestedState(wish, now)
        elif wish.act is Act.FORGET and self.state is not None and self.resuming:
            self._withdrawn_resume, self.state = replace(self.state, at=now), None
        elif wish.act in (Act.NEXT, Act.PREVIOUS):
            self._skips = [*self._skips, now][-SKIPS_KEPT:]

    def drop(self, wish: Wish) -> None:
        """Forget a wish that the player won't carry out."""
        if self.play == wish:
            self.music = None
        if self.state is not None and wish.act is self.state.wish.act:
            self.state = None
        if wish.act in (Act.NEXT, Act.PREVIOUS):
            self._skips = self._skips[:-1]

    def lost_sight(self) -> None:
        """The player can't be reached: whether a request took effect shows once it can."""
        self._away = True

    def see(self, now: float) -> None:
        """A report shows the player. The time in which it couldn't be reached doesn't count for what was requested."""
        if self._away:
            self._skips = [at + now - max(self._seen_at, at) for at in self._skips]
            self._withdrawn = [replace(one, at=one.at + now - max(self._seen_at, one.at)) for one in self._withdrawn]
            if (resume := self._withdrawn_resume) is not None:
                self._withdrawn_resume = replace(resume, at=resume.at + now - max(self._seen_at, resume.at))
        self._seen_at, self._away = now, False

    def expire(self, now: float) -> None:
        """Forget requests that have had no effect for too long."""
        music, state = self.music, self.state
        if music is not None and music.wish.when is When.NOW and now - music.at > REQUEST_EXPIRES_S:
            self.music = None
        if state is not None and now - state.at > state.patience:
            self.state = None
        if not self._away:
            self._skips = [at for at in self._skips if now - at <= SKIP_EXPIRES_S]

    def confirm_skip(self) -> bool:
        """Return True if a skip was pending; none is any more, since one report may show several."""
        skipped, self._skips = bool(self._skips), []
        return skipped

    def confirm_restart(self) -> bool:
        """Return True if a skip was pending, which has begun the song again."""
        skipped, self._skips = bool(self._skips), self._skips[1:]
        return skipped

    def song_passed(self) -> None:
        """Another song began before the requested music; players miss one song's end at most."""
        if self.music is not None:
            self.music = replace(self.music, songs=self.music.songs + 1) if self.music.songs < 1 else None

    def was_withdrawn(self, now: float, playback: Playback) -> bool:
        """True where what plays was requested and then cancelled a moment ago."""
        return any(
            now - request.at < WITHDRAWN_MAY_START_S
            and request.wish.music is not None
            and matches(request.wish.music, playback)
            for request in self._withdrawn
        )

    def confirm_withdrawn_resume(self, now: float) -> bool:
        """Return True if a resume was cancelled a moment ago; that player pauses again by itself."""
        resume, self._withdrawn_resume = self._withdrawn_resume, None
        if resume is None or now - resume.at >= WITHDRAWN_MAY_START_S:
            return False
        self.state = RequestedState(replace(resume.wish, act=Act.PAUSE), now, PAUSED_AGAIN_WITHIN_S)
        return True
