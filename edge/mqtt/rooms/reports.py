"""`RoomReports`: the other devices' topics `follow`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge.mqtt.rooms.payload import read_report
from edge.mqtt.topics import FOLLOW, base_of
from edge.music.following.report import RoomReport
from edge.sentences import Sentence, TechnicalText


def unlisted(device: str, follow: Sequence[str]) -> str | None:
    """What is wrong where `music.follow` doesn't name the device itself; None if it does, or is empty."""
    if not follow or device in follow:
        return None
    return (
        f"music.follow: doesn't name this device, {device}, so the others' music doesn't come to its room; "
        "use one list with all ids on each device"
    )


class RoomReports:
    """Takes the other devices' messages. topics: theirs, which are subscribed to."""

    def __init__(
        self,
        base_topic: str,
        others: Sequence[str],
        *,
        report: Callable[[RoomReport], None],
        problem: Callable[[str | None], None],
    ) -> None:
        """others: the devices' ids. report: called with each report. problem: called with a sentence for a message that
        is none, then None once the last one of each topic is right.

        Both are called in paho's thread.
        """
        self._devices = {f"{base_of(base_topic, device)}/{FOLLOW}": device for device in others}
        self.topics = tuple(self._devices)
        self._report, self._problem = report, problem
        self._wrong: set[str] = set()

    def message(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """Take a message on one of the topics; one that the broker had kept may be of any age, and doesn't count."""
        if retained:
            return
        try:
            report = read_report(self._devices[topic], payload)
        except ValueError as error:
            if topic not in self._wrong:
                self._wrong.add(topic)
                text = f"music.follow: a message on {topic} can't be used: {error}; look for who sends it"
                plain = Sentence("Another room's device says what can't be read; the settings say more.")
                self._problem(TechnicalText(text, plain))
            return
        if topic in self._wrong:
            self._wrong.discard(topic)
            if not self._wrong:
                self._problem(None)
        self._report(report)
