"""`Controls`: MPD's volume, shuffle and repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge.players.fade import Fade
from edge.players.mpd.connection import MpdConnection, MpdRefusedError
from edge.players.mpd.playback import volume_of
from edge.values import Wish


class Controls:
    """Changes settings on MPD. Every method may raise PlayerError."""

    def __init__(self, connection: MpdConnection, fade: Fade, clock: Callable[[], float]) -> None:
        self._connection, self._fade, self._clock = connection, fade, clock

    def status(self) -> dict[str, Any]:
        return dict(self._connection.call(lambda client: client.status()))

    def set_order(self, wish: Wish) -> None:
        """Set shuffle and repeat as the wish says; None leaves each as it is."""
        call = self._connection.call
        if wish.shuffle is not None:
            call(lambda client: client.random(int(bool(wish.shuffle))))
        if wish.repeat is not None:
            call(lambda client: client.repeat(int(wish.repeat != "off")))
            call(lambda client: client.single(int(wish.repeat == "track")))

    def begin_order(self, wish: Wish, status: dict[str, Any]) -> None:
        """Set shuffle and repeat for music that begins. status: MPD's, of just now.

        A client that left `single` or `consume` on would have one song repeated for ever, or each removed.
        """
        self.set_order(wish)
        if wish.repeat is None:
            self.end_single(status)
        if status.get("consume", "0") != "0":
            self._connection.call(lambda client: client.consume(0))

    def end_single(self, status: dict[str, Any]) -> None:
        """Let the next song follow the current one. status: MPD's, of just now."""
        if status.get("single", "0") != "0":
            self._connection.call(lambda client: client.single(0))

    def change_volume(self, goal: int, *, fade: bool, required: bool) -> None:
        """Set the volume, or fade to it. Raises MpdRefusedError if it is required and there is no volume control."""
        volume = volume_of(self.status())
        if volume is None:
            if required:
                raise MpdRefusedError(
                    "mpd: the output has no volume control; set the volume on the amplifier", retry_after=1
                )
            return
        if fade:
            self._fade.start(self._clock(), volume, goal)
        else:
            self._fade.stop()
            self.set_volume(goal)

    def fade_in(self, wish: Wish, status: dict[str, Any]) -> None:
        """Prepare the volume for the music of a wish, which begins next. status: MPD's, of just now."""
        volume = volume_of(status)
        if volume is not None and wish.fade and status.get("state") == "play":
            goal = wish.volume if wish.volume is not None else self._fade.goal
            self.set_volume(self._fade.start_low(self._clock(), volume, volume if goal is None else goal))
        elif wish.volume is not None:
            self.change_volume(wish.volume, fade=False, required=False)

    def undo_fade_in(self, status: dict[str, Any]) -> None:
        """Set the volume as it was before `fade_in`, since the music doesn't begin. status: MPD's, of before."""
        self._fade.stop()
        if (volume := volume_of(status)) is not None:
            self.set_volume(volume)

    def set_volume(self, volume: int) -> None:
        """Set the volume and leave the fade alone."""
        self._connection.call(lambda client: client.setvol(volume))
