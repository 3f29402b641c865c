#!/usr/bin/env python
"""Endurance tests in minutes: what grows, and what is left behind.

    python soak.py frames --hours 24     # the demo clip at full speed: does memory grow?
    python soak.py day --days 7          # days of a household through the main loop, on a simulated clock
    python soak.py cameras --count 100   # a camera that fails repeatedly: are threads or descriptors left behind?
    python soak.py brokers --count 100   # a Mosquitto that is killed and restarted: the same question
    python soak.py life --minutes 30     # a reload, commands, a lost broker and cameras in each: does anything grow?

Memory growth: the resident set (RSS) is sampled at even times of the video or the day, after a warm-up of a fifth. The
Theil-Sen slope (Sen, 1968) with its 95 % interval is fitted to the mean of each twelfth of the samples, since
neighbouring samples are correlated. Memory counts as flat if the interval contains zero, or if its upper end is below
TOLERANCE or amounts to less than STEP over the whole run. The exit code is 1 if something grows.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np

from edge.circumplex import override_mood
from edge.config import Config
from edge.daemon.options import Options
from edge.daemon.run import run as run_daemon
from edge.daemon.session import Session
from edge.events import Event
from edge.health.machine import memory_mb
from edge.mqtt import backoff as mqtt_backoff
from edge.players.dry_run import DryRun
from edge.system.logs import LogBudget
from edge.system.signals import SignalFlags
from edge.system.threads import Worker
from edge.values import ABSENT, EXPRESSIONS, Mood, Reading
from tests.broker import Broker, Listener, free_port, running
from tests.waiting import wait_for

# TOLERANCE: MiB a day that count as flat. STEP: MiB of one allocator step in a short run. Parts to average samples in.
TOLERANCE, STEP, PARTS = 1.0, 2.0, 12
DAY = 86400.0
# Hours of the day and the number of people from then on; moods last three minutes on average.
HOUSEHOLD = ((0, 0), (7, 2), (9, 0), (17, 1), (19, 3), (23, 0))
LASTS = 180.0
COMMANDS_A_MINUTE, LIFE_GROWTH_MIB = 20, 5.0


@dataclass(frozen=True)
class Slope:
    """Growth in MiB a day with its 95 % interval, over a number of days."""

    middle: float
    low: float
    high: float
    days: float = 1.0

    @property
    def flat(self) -> bool:
        return self.low <= 0 <= self.high or self.high < max(TOLERANCE, STEP / self.days)

    def __str__(self) -> str:
        verdict = "flat" if self.flat else "GROWS"
        return f"{self.middle:+.2f} MiB a day (95 %: {self.low:+.2f} to {self.high:+.2f}): {verdict}"


def slope(samples: list[tuple[float, float]]) -> Slope:
    """samples: (seconds, MiB) in order of time, about a hundred."""
    from scipy.stats import theilslopes

    warm = samples[len(samples) // 5 :]
    blocks = np.array_split(np.array(warm), min(PARTS, len(warm)))
    at, size = (np.array([block[:, column].mean() for block in blocks]) for column in (0, 1))
    middle, _, low, high = theilslopes(size, at / DAY, 0.95)
    return Slope(float(middle), float(low), float(high), (samples[-1][0] - samples[0][0]) / DAY)


def threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def settled(seconds: float = 1.5) -> tuple[int, int]:
    """Return the minimum of (threads, descriptors) within a moment; opening a camera takes a few more for a while."""
    until, found = time.monotonic() + seconds, [(threads(), descriptors())]
    while time.monotonic() < until:
        time.sleep(0.02)
        found.append((threads(), descriptors()))
    return min(one for one, _ in found), min(other for _, other in found)


def session(folder: Path, sections: dict[str, object], *, fast: bool = False) -> Session:
    """Return a session whose state directory is in this folder."""
    os.environ["STATE_DIRECTORY"] = str(folder / "state")
    config = Config.model_validate({"device": {"id": "soak"}, "camera": {"source": "demo"}} | sections)
    options = Options(fast=fast, publish=True, journal=not fast)
    return Session(config, options, Path(os.devnull).open("w", encoding="utf-8"))


def _hasty(*given: Any, **options: Any) -> Worker:
    return Worker(*given, **options | {"first_wait_s": 0.01, "max_wait_s": 0.1})


@contextmanager
def live(folder: Path, **sections: object) -> Iterator[Session]:
    """Run the whole device with all its threads, with shorter waits between attempts."""
    with (
        mock.patch("edge.daemon.workers.Worker", _hasty),
        mock.patch.object(mqtt_backoff, "FIRST_WAIT_S", 0.05),
        mock.patch.object(mqtt_backoff, "MAX_WAIT_S", 0.2),
        mock.patch.object(mqtt_backoff, "GOOD_CONNECTION_S", 0.0),
    ):
        device, asked = session(folder, sections), SignalFlags()
        thread = threading.Thread(target=device.run, args=(asked, lambda: device.parts.config))
        thread.start()
        try:
            yield device
        finally:
            asked.stop = True
            thread.join(10)
            assert not thread.is_alive()


# --- what grows -------------------------------------------------------------------------------------------------------


def frames(folder: Path, hours: float) -> list[tuple[float, float]]:
    """Return RSS samples over this many hours of video, read at full speed."""
    device, asked, samples = (
        session(folder, {"mqtt": {"host": None}}, fast=True),
        SignalFlags(),
        list[tuple[float, float]](),
    )
    apart = hours * 3600 / 240

    def note(event: Event) -> None:
        while event.at >= apart * (len(samples) + 1):
            samples.append((event.at, memory_mb()))
        asked.stop = event.at >= hours * 3600

    device.parts.dispatcher.outlets[:] = [note]
    device.run_fast(asked)
    return samples


@dataclass
class Day:
    """The results of some days: samples of (seconds, MiB), log lines an hour before and after the budget, bytes
    written.
    """

    samples: list[tuple[float, float]] = field(default_factory=list)
    said: Counter[int] = field(default_factory=Counter)
    logged: Counter[int] = field(default_factory=Counter)
    written: int = 0
    messages: int = 0


class _Count(logging.Handler):
    """Counts log lines by the hour, on the simulated clock."""

    def __init__(self, day: Day, clock: Callable[[], float]) -> None:
        super().__init__(logging.INFO)
        self._day, self._clock, self._budget = day, clock, LogBudget(clock)

    def emit(self, record: logging.LogRecord) -> None:
        hour = int(self._clock() // 3600)
        self._day.said[hour] += 1
        self._day.logged[hour] += self._budget.filter(record)


def readings(seconds: float, rng: random.Random) -> Iterator[Reading | None]:
    """Yield a reading for each second from midnight, None for no look: a household as the mood filter reports it."""
    mood = override_mood("neutral", 0.0, 0)
    for second in range(int(seconds)):
        people = [count for hour, count in HOUSEHOLD if hour <= second / 3600 % 24][-1]
        if people and (not mood.people or rng.random() < 1 / LASTS):
            name = rng.choice(EXPRESSIONS)
            mood = Mood(name, rng.uniform(0.5, 0.95), rng.uniform(-1, 1), rng.uniform(-1, 1), people, float(second))
        elif not people and mood.mood != ABSENT:
            mood = Mood(ABSENT, 0.99, 0.0, 0.0, 0, float(second))
        yield Reading(float(second), mood, people > 0, settled=people > 0) if people or second % 2 == 0 else None


def days(folder: Path, number: float, *, port: int | None = None, seed: int = 1) -> Day:
    """Run days of a household through the main loop, with the real journal, MQTT to this port and a dry run."""
    day, clock = Day(), [0.0]
    with mock.patch.dict(os.environ, {"JOURNAL_STREAM": "1:1"}):
        device = session(folder, {"mqtt": {"host": None if port is None else "127.0.0.1", "port": port or 1883}})
    player = DryRun(clock=lambda: clock[0])
    handler, log = _Count(day, lambda: clock[0]), logging.getLogger("edge")
    before, propagate = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    services = [service for service in (device.parts.journal, device.parts.mqtt) if service is not None]
    start, written = time.monotonic(), _written()
    apart = max(60, int(number * DAY / 240))
    try:
        for service in services:
            service.start()
        for reading in readings(number * DAY, random.Random(seed)):
            clock[0] += 1
            _second(device, player, reading, start + clock[0])
            if clock[0] % 60 == 0 and device.parts.mqtt is not None:
                device.parts.mqtt.repeat_states()
                device.parts.mqtt._connection.flush(5)
            if clock[0] % apart == 0:
                day.samples.append((clock[0], memory_mb()))
    finally:
        for service in reversed(services):
            service.stop()
        log.removeHandler(handler)
        log.level, log.propagate = before, propagate
    day.written, day.messages = _written() - written, device.parts.mqtt.sent if device.parts.mqtt else 0
    return day


def _second(device: Session, player: DryRun, reading: Reading | None, now: float) -> None:
    """Do what the main thread and the player's thread do in a second."""
    room, second = device.parts.room, int(now)
    device.parts.health.last_frame = device.parts.health.last_playback = now
    if reading is not None:
        mood = Mood(*(*_fields(reading.mood)[:5], now - reading.at + reading.mood.since))
        moved = Reading(now, mood, reading.present, reading.settled)
        device.parts.health.record_look(moved)
        device.parts.dispatcher.publish(room.on_reading(moved))
    device.parts.dispatcher.publish(room.tick(now, now + device.parts.wall_clock.offset()))
    device.parts.dispatcher.publish_settings(now)
    while (wish := device.parts.wishes.get(0)) is not None:
        player.apply(wish)
    if second % 2 == 0:
        device.parts.dispatcher.publish(room.on_playback(now, player.playback()))
    if second % 30 == 0:
        device.parts.dispatcher.publish([device.parts.reporter.report(now)])


def _fields(mood: Mood) -> tuple[str, float, float, float, int, float]:
    return mood.mood, mood.confidence, mood.valence, mood.arousal, mood.people, mood.since


def _written() -> int:
    """Return the bytes that this process has written to disks, without sockets."""
    return int(Path("/proc/self/io").read_text().split("write_bytes: ")[1].split()[0])


# --- what is left behind ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Left:
    """Compare threads and descriptors after a few losses with those after many."""

    losses: int
    before: tuple[int, int]
    after: tuple[int, int]

    @property
    def clean(self) -> bool:
        return all(late <= early for early, late in zip(self.before, self.after, strict=True))

    def __str__(self) -> str:
        return f"{self.losses} losses: (threads, descriptors) {self.before}, then {self.after}: " + (
            "none left behind" if self.clean else "LEFT BEHIND"
        )


@contextmanager
def stream(frames_each: int = 6) -> Iterator[tuple[str, list[float]]]:
    """A network camera that closes after a few frames; yields its address, and a list of when it was opened."""
    picture = cv2.imencode(".jpg", np.full((240, 320), 90, np.uint8))[1].tobytes()
    opened: list[float] = []

    class Camera(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            opened.append(time.monotonic())
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=b")
            self.end_headers()
            head = f"--b\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n".encode()
            try:
                for _ in range(frames_each):
                    self.wfile.write(head + picture + b"\r\n")
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", opened
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def cameras(folder: Path, count: int) -> Left:
    """Run a device whose network camera fails again and again."""
    few = max(3, count // 10)
    with stream() as (address, opened), live(folder, camera={"source": address}):
        wait_for(lambda: len(opened) > few, "the first losses")
        before = settled()
        many = len(opened) + count
        wait_for(lambda: len(opened) > many, f"{count} losses", within=60 + 5 * count)
        return Left(count, before, settled())


def brokers(folder: Path, count: int) -> Left:
    """Run a device whose broker is killed and restarted again and again."""
    few = max(2, count // 10)
    with running(folder) as broker, live(folder, mqtt={"host": "127.0.0.1", "port": broker.port}) as device:
        _lose(broker, device, few)
        before = settled()
        _lose(broker, device, count)
        return Left(count, before, settled())


@dataclass(frozen=True)
class Growth:
    """What the device used after each minute: (MiB, threads, descriptors)."""

    minutes: list[tuple[float, int, int]]

    @property
    def mib(self) -> float:
        """MiB from the second third to the last, each at its median; the first third is the warm-up."""
        early, late = (statistics.median(minute[0] for minute in part) for part in self._parts)
        return late - early

    @property
    def left(self) -> tuple[int, int]:
        """Threads and descriptors that the last third has more than the second, each at its most."""
        early, late = self._parts
        threads_more = max(minute[1] for minute in late) - max(minute[1] for minute in early)
        return threads_more, max(minute[2] for minute in late) - max(minute[2] for minute in early)

    @property
    def fine(self) -> bool:
        return self.mib <= LIFE_GROWTH_MIB and max(self.left) <= 0

    @property
    def _parts(self) -> tuple[list[tuple[float, int, int]], list[tuple[float, int, int]]]:
        third = len(self.minutes) // 3
        return self.minutes[third : 2 * third], self.minutes[2 * third :]

    def __str__(self) -> str:
        sizes = ", ".join(f"{minute[0]:.1f}" for minute in self.minutes[:: max(1, len(self.minutes) // 6)])
        verdict = "fine" if self.fine else "GROWS"
        return f"{sizes} MiB; {self.mib:+.1f} MiB, (threads, descriptors) {self.left} after the warm-up: {verdict}"


def life(folder: Path, minutes: int) -> Growth:
    """Run the daemon with its page, and in each minute of its life send commands, kill the broker and reload.

    A minute takes as long as that does, a few seconds. The camera, too, closes its connection all the time.
    """
    os.environ["STATE_DIRECTORY"] = str(folder / "state")
    found: list[tuple[float, int, int]] = []
    failed: list[Exception] = []

    def live_it(broker: Broker) -> None:
        try:
            for minute in range(minutes):
                _one_minute(broker, minute)
                found.append((memory_mb(), *settled()))
        except Exception as error:  # noqa: BLE001  raised again by the main thread
            failed.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    with (
        running(folder) as broker,
        stream() as (address, _),
        # A camera that is opened again at once is found closed in each minute.
        mock.patch("edge.daemon.workers.Worker", _hasty),
        mock.patch.object(mqtt_backoff, "FIRST_WAIT_S", 0.05),
        mock.patch.object(mqtt_backoff, "MAX_WAIT_S", 0.2),
        mock.patch.object(mqtt_backoff, "GOOD_CONNECTION_S", 0.0),
        Path(os.devnull).open("w", encoding="utf-8") as out,
    ):
        config = Config.model_validate(
            {
                "device": {"id": "soak"},
                "camera": {"source": address},
                "mqtt": {"host": "127.0.0.1", "port": broker.port},
                "web": {"enabled": True, "port": free_port()},
            }
        )
        driver = threading.Thread(target=live_it, args=(broker,))
        driver.start()
        code = run_daemon(lambda: config, Options(), out)
        driver.join()
    if failed:
        raise failed[0]
    assert code == 0
    return Growth(found)


def _one_minute(broker: Broker, minute: int) -> None:
    base = "moodroom/soak"
    moods = [EXPRESSIONS[(minute + n) % len(EXPRESSIONS)] for n in range(COMMANDS_A_MINUTE)]
    with Listener(broker.port, f"{base}/#") as listener:
        wait_for(lambda: listener.last(f"{base}/status") == "online", "the device")
        for mood in moods:
            listener.publish(f"{base}/set/mood", mood)
            listener.publish(f"{base}/set/volume", str(len(mood)))
            listener.publish(f"{base}/set/nonsense", "\x1b[2J" * 20)
        wait_for(lambda: listener.last(f"{base}/override") == moods[-1], "the last command")
    broker.send(signal.SIGKILL)
    broker.stop()
    broker.start()
    with Listener(broker.port, f"{base}/status") as listener:
        wait_for(lambda: listener.last(f"{base}/status") == "online", "the connection after a loss")
        os.kill(os.getpid(), signal.SIGHUP)
        wait_for(lambda: "offline" in [text for _, text, _ in listener.heard], "the reload")
        wait_for(lambda: listener.last(f"{base}/status") == "online", "the parts after the reload")


def _lose(broker: Broker, device: Session, count: int) -> None:
    mqtt = device.parts.mqtt
    assert mqtt is not None
    for number in range(count):
        wait_for(lambda: mqtt.wait_connected(0.1), f"connection {number}")
        broker.send(signal.SIGKILL)
        broker.stop()
        wait_for(lambda: not mqtt.wait_connected(0.0), f"loss {number}")
        broker.start()
    wait_for(lambda: mqtt.wait_connected(0.1), "the last connection")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["frames", "day", "cameras", "brokers", "life"])
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--minutes", type=int, default=30)
    given = parser.parse_args()
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.what in ("cameras", "brokers"):
            left = (cameras if given.what == "cameras" else brokers)(folder, given.count)
            print(left)
            good = left.clean
        elif given.what == "life":
            growth = life(folder, given.minutes)
            print(growth)
            good = growth.fine
        else:
            good = _grows(folder, given.what, given.hours, given.days)
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if good else 1


def _grows(folder: Path, what: str, hours: float, number: float) -> bool:
    if what == "frames":
        samples = frames(folder, hours)
    else:
        with running(folder) as broker:
            day = days(folder, number, port=broker.port)
        samples = day.samples
        print(
            json.dumps(
                {
                    "days": number,
                    "log lines in the busiest hour": max(day.logged.values(), default=0),
                    "before the budget": max(day.said.values(), default=0),
                    "log lines an hour": round(sum(day.logged.values()) / (24 * number), 1),
                    "MB written a day": round(day.written / 1e6 / number, 2),
                    "messages a day": round(day.messages / number),
                }
            )
        )
    found = slope(samples)
    sizes = [size for _, size in samples]
    print(f"{len(samples)} samples, {statistics.median(sizes):.1f} MiB at the median, {max(sizes):.1f} at most")
    print(f"RSS: {found}")
    return found.flat


if __name__ == "__main__":
    sys.exit(main())
