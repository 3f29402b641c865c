"""`MediaExecutor`: carries out one wish on the server, so that it can be repeated after a lost connection."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from edge.players.fade import Fade
from edge.players.music_assistant.addresses import MediaFinder
from edge.players.music_assistant.connection import ServerConnection
from edge.players.music_assistant.errors import MusicAssistantError, ServerLostError, ServerRefusedError
from edge.players.music_assistant.own_queue import OwnQueue, ids_of
from edge.players.music_assistant.playback import Heard
from edge.players.music_assistant.progress import MediaWish, SentCommand
from edge.players.music_assistant.queue_filler import QueueFiller
from edge.players.music_assistant.transfer import move_queue
from edge.players.settling_volume import SettlingVolume
from edge.players.wishes import UnplayableError
from edge.values import Act, Wish

# How long a turn waits for the answer to a start; and after how long without one its effect is looked for.
ANSWER_WAIT_S, ANSWER_MAX_S = 0.5, 30.0
# After a broken connection the effect of a command shows within this time, or it had none.
CONFIRM_S = 6.0
REPEATS = {"off": "off", "context": "all", "track": "one"}


class MediaExecutor:
    """Carries out wishes. `carry_out` raises MusicAssistantError and UnplayableError."""

    def __init__(self, connection: ServerConnection, finder: MediaFinder, clock: Callable[[], float]) -> None:
        self._connection, self._finder, self._clock = connection, finder, clock
        self.fade, self.own = Fade(), OwnQueue()
        self.filler = QueueFiller(connection, finder, clock)
        self._volume = SettlingVolume()

    def carry_out(self, progress: MediaWish, heard: Heard) -> bool:
        """Do what can be done now. Returns False while an answer is awaited."""
        wish = progress.wish
        if wish.act is Act.PLAY and wish.music is not None:
            return self._play(progress, heard)
        queue = self._queue_id(heard)
        if wish.act is Act.PAUSE:
            self._connection.call("player_queues/pause", queue_id=queue)
        elif wish.act is Act.RESUME:
            return self._resume(progress, heard)
        elif wish.act in (Act.NEXT, Act.PREVIOUS):
            self._skip(progress, heard)
        if wish.volume is not None:
            self._change_volume(wish, heard, required=wish.act is Act.VOLUME)
        return True

    def set_volume(self, heard: Heard, volume: int) -> None:
        """Set the speaker's volume and leave the fade alone."""
        self._connection.call("players/cmd/volume_set", player_id=heard.player.id, volume_level=volume)
        self._volume.set(self._clock(), volume, shown=heard.player.volume)

    def settled(self, heard: Heard) -> Heard:
        """Return it with the volume that was set a moment ago; the server shows the old one for a while."""
        volume = self._volume.settled(self._clock(), heard.player.volume)
        return heard if volume == heard.player.volume else replace(heard, player=replace(heard.player, volume=volume))

    def cancel(self, progress: MediaWish, heard: Heard | None) -> None:
        """The wish isn't carried out any more: its volume is set back, and its music isn't expected."""
        if progress.sent is not None or progress.lost is not None or progress.refused:
            # Otherwise what a person plays next would count as the device's own.
            self.own.cancel()
        volume, progress.volume_before = progress.volume_before, None
        if volume is not None and heard is not None:
            self.fade.stop()
            with contextlib.suppress(MusicAssistantError):
                self.set_volume(heard, volume)

    def fill(self, heard: Heard) -> None:
        """Add the next song of the library to its list, which began with the first one that was found."""
        if not self.own.expecting:
            self.filler.fill(self._queue_id(heard), playing=self.own.context(heard.queue))

    # Music.

    def _play(self, progress: MediaWish, heard: Heard) -> bool:
        wish = progress.wish
        assert wish.music is not None
        if wish.continues is not None and progress.sent is None and progress.lost is None:
            before = ids_of(heard.queue)
            if move_queue(self._connection, wish.continues, self._queue_id(heard)):
                self.own.started(progress.address, before)
                self.filler.clear()
                return True
        if progress.media is None:
            progress.media = self._finder.find(wish.music, wish.offset)
        queued = progress.queued and heard.state != "idle"
        if progress.sent is None and progress.lost is None and not progress.prepared and not queued:
            if wish.fade or wish.volume is not None:
                self._finder.check(progress.media.uris[0], progress.address or "")
            self._prepare(progress, heard)
        if progress.sent is None and not self._lost_took_effect(progress, heard):
            if progress.lost is not None:
                return False
            before = ids_of(heard.queue)
            message_id = self._connection.send(
                "player_queues/play_media",
                queue_id=self._queue_id(heard),
                media=list(progress.media.uris),
                option="next" if queued else "replace",
                shuffle=None if queued else self._shuffle(wish, heard),
            )
            progress.sent = SentCommand(message_id, before, self._clock(), self._connection.generation)
            if not queued:
                self.own.started(progress.address, before)
                self.filler.begin(progress.media.rest, of=progress.address)
        return self._answered(progress, wait=ANSWER_WAIT_S)

    def _answered(self, progress: MediaWish, wait: float) -> bool:
        """True once the command was answered. Raises what a refusal stands for."""
        sent = progress.sent
        if sent is None:
            return True
        try:
            if sent.generation != self._connection.generation or not self._connection.connected:
                raise ServerLostError("music_assistant: the connection broke before the answer came", retry_after=1)
            answer = self._connection.answer(sent.id, wait)
            if answer is None:
                if self._clock() - sent.at <= ANSWER_MAX_S:
                    return False
                raise ServerLostError(
                    f"music_assistant: no answer came within {ANSWER_MAX_S:.0f} s; looking at what plays", retry_after=1
                )
        except ServerLostError:
            progress.sent, progress.lost = None, sent
            raise
        progress.sent, progress.refused = None, not progress.queued
        self._connection.result(answer, about=progress.address or "")
        progress.volume_before, progress.refused = None, False
        return True

    def _lost_took_effect(self, progress: MediaWish, heard: Heard) -> bool:
        """True if a command whose answer was lost took effect. `progress.lost` stays while that isn't known."""
        lost = progress.lost
        if lost is None:
            return False
        if ids_of(heard.queue) - lost.before and heard.queue is not None and heard.queue.item is not None:
            progress.lost = None
            return True
        if self._clock() - lost.at >= CONFIRM_S:
            progress.lost = None
        return False

    def _prepare(self, progress: MediaWish, heard: Heard) -> None:
        """Set volume, shuffle and repeat for the music of a wish, which begins next."""
        wish, player, queue = progress.wish, heard.player, heard.queue
        if wish.repeat is not None and queue is not None and queue.repeat != REPEATS.get(wish.repeat):
            self._set_repeat(wish, heard)
        shuffle = self._shuffle(wish, heard)
        if wish.shuffle is not None and queue is not None and queue.shuffle != shuffle:
            self._connection.call("player_queues/shuffle", queue_id=queue.id, shuffle_enabled=bool(shuffle))
        if player.volume is not None and player.volume_settable:
            if wish.fade and heard.state == "playing" and not heard.foreign:
                goal = wish.volume if wish.volume is not None else self.fade.goal
                known = player.volume if self.fade.goal is None else self.fade.goal
                low = self.fade.start_low(self._clock(), player.volume, known if goal is None else goal)
                progress.volume_before = known
                self.set_volume(heard, low)
            elif wish.volume is not None:
                self.fade.stop()
                progress.volume_before = player.volume
                self.set_volume(heard, wish.volume)
        progress.prepared = True

    def _shuffle(self, wish: Wish, heard: Heard) -> bool | None:
        """What the music is to be started with; the newest servers play in order unless they are told."""
        if wish.shuffle is not None:
            return wish.shuffle
        return heard.queue.shuffle if heard.queue is not None else None

    def _set_repeat(self, wish: Wish, heard: Heard) -> None:
        mode = REPEATS.get(wish.repeat or "", "off")
        self._connection.call("player_queues/repeat", queue_id=self._queue_id(heard), repeat_mode=mode)

    def _resume(self, progress: MediaWish, heard: Heard) -> bool:
        wish = progress.wish
        if (heard.queue is None or heard.queue.item is None or heard.foreign) and wish.music is not None:
            return self._play(progress, heard)
        queue = self._queue_id(heard)
        if wish.shuffle is not None and heard.queue is not None and heard.queue.shuffle != wish.shuffle:
            self._connection.call("player_queues/shuffle", queue_id=queue, shuffle_enabled=wish.shuffle)
        if wish.repeat is not None:
            self._set_repeat(wish, heard)
        if wish.volume is not None:
            self._change_volume(wish, heard, required=False)
        if heard.state != "playing":
            self._connection.call("player_queues/play", queue_id=queue)
        return True

    def _skip(self, progress: MediaWish, heard: Heard) -> None:
        queue = heard.queue
        if queue is None or queue.item is None:
            raise ServerRefusedError("music_assistant: nothing is playing, so nothing was skipped", retry_after=1)
        if progress.wish.act is Act.PREVIOUS:
            # It can't be repeated: if the answer is lost, it may have happened.
            progress.expires = 0.0
            self._connection.call("player_queues/previous", queue_id=queue.id)
            return
        # Going to a certain entry can be repeated, and `next` was unreliable on servers before September 2026.
        progress.target = progress.target or (queue.next.id if queue.next is not None else None)
        if progress.target is None:
            progress.expires = 0.0
            self._connection.call("player_queues/next", queue_id=queue.id)
        elif queue.item.id != progress.target:
            self._connection.call("player_queues/play_index", queue_id=queue.id, index=progress.target)

    # Volume.

    def _change_volume(self, wish: Wish, heard: Heard, *, required: bool) -> None:
        player, goal = heard.player, wish.volume
        if goal is None:
            return
        if not player.volume_settable or (player.volume is None and wish.fade):
            if required and not player.volume_settable:
                raise UnplayableError(
                    f'music_assistant.speaker: the volume of "{player.name}" can\'t be set; set it on the speaker',
                    retry_after=1,
                )
            return
        if wish.fade and player.volume is not None:
            self.fade.start(self._clock(), player.volume, goal)
        else:
            self.fade.stop()
            self.set_volume(heard, goal)

    def _queue_id(self, heard: Heard) -> str:
        return heard.queue.id if heard.queue is not None else heard.player.leader or heard.player.id
