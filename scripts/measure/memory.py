#!/usr/bin/env python3
"""Say where the device's memory goes, with all parts on: page, MQTT, Spotify, YuNet, the model and the journal.

    MOODROOM_MODELS=models python scripts/measure/memory.py [--source pictures|demo] [--stages] [--watch SECONDS]

Starts the real program with a broker of its own (mosquitto), reads /proc/PID/smaps once it says `ready:`, and prints
the MB (of 2**20 bytes, as in that line) of RSS by what is mapped. `pictures` replays the demo clip's frames as JPEG
files, so that neither FFmpeg nor a film is in memory, as with a camera. `--stages` loads one part after another in a
single process instead.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLIP = ROOT / "edge" / "demo" / "demo.webm"
READY_WITHIN_S, PICTURES, EVERY = 60.0, 120, 5
# The first expression that is found in a mapping's path names it.
KINDS = (
    ("FFmpeg's libraries", r"/lib(av|sw|vpx|dav|aom|x26)[^/]*$"),
    ("OpenBLAS", r"openblas|libgfortran|libquadmath"),
    ("OpenCV's libraries", r"/cv2/|opencv"),
    ("LiteRT's library", r"litert|tflite_runtime|\.tflite$"),
    ("numpy's libraries", r"/numpy"),
    ("pydantic's library", r"pydantic_core"),
    ("OpenSSL", r"lib(ssl|crypto)"),
    ("SQLite", r"libsqlite"),
    ("Python and its libraries", r"/python3|/lib-dynload/|libpython"),
    ("the C libraries, locales", r"^/"),
    ("the heap", r"^\[heap\]"),
    ("stacks", r"stack"),
    ("other memory, mostly the heap's arenas", ""),
)
Sizes = dict[str, float]


def kind_of(path: str) -> str:
    """What a mapping belongs to. path: its file, `[heap]`, or empty."""
    return next(name for name, expression in KINDS if re.search(expression, path))


def mappings(text: str) -> dict[str, Sizes]:
    """The text of /proc/PID/smaps -> MB of Rss, Pss and Private_Dirty by kind."""
    sizes: dict[str, Sizes] = defaultdict(lambda: {"Rss": 0.0, "Pss": 0.0, "Private_Dirty": 0.0})
    kind = ""
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            fields = line.split(maxsplit=5)
            kind = kind_of(fields[5] if len(fields) > 5 else "")
        elif name in ("Rss", "Pss", "Private_Dirty"):
            sizes[kind][name] += int(rest.split()[0]) / 1024
    return dict(sizes)


def of_process(pid: int | str = "self") -> dict[str, Sizes]:
    """What a process takes now."""
    return mappings(Path(f"/proc/{pid}/smaps").read_text())


def total(sizes: dict[str, Sizes], name: str) -> float:
    """The sum over all kinds."""
    return sum(each[name] for each in sizes.values())


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def write_pictures(folder: Path) -> Path:
    """Some of the demo clip's frames as JPEG files, in a process of its own."""
    folder.mkdir()
    code = """
import sys, cv2
clip, folder, count, every = cv2.VideoCapture(sys.argv[1]), *sys.argv[2:3], *map(int, sys.argv[3:])
for number in range(count * every):
    picture = clip.read()[1]
    if number % every == 0:
        cv2.imwrite(f"{folder}/{number:04d}.jpg", picture)
"""
    subprocess.run([sys.executable, "-c", code, str(CLIP), str(folder), str(PICTURES), str(EVERY)], check=True)
    return folder


def whole_device(folder: Path, source: str, watch_s: float) -> dict[str, object]:
    """The memory of the real program at its first look, and the largest until `watch_s` later."""
    port, state = free_port(), folder / "state"
    state.mkdir()
    (folder / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    # Not the name `demo`, which plays nothing on Spotify.
    camera = str(write_pictures(folder / "pictures") if source == "pictures" else CLIP)
    client = "0" * 32
    token = {"access_token": "x", "refresh_token": "x", "expires_at": 2**31, "token_type": "Bearer", "scope": ""}
    (state / "spotify_login.json").write_text(
        json.dumps({"token": token, "authorised_at": time.time(), "client_id": client})
    )
    config = {
        "mqtt": {"host": "127.0.0.1", "port": port},
        "web": {"enabled": True, "port": free_port()},
        "spotify": {"client_id": client},
        "music": {"player": "spotify"},
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    command = [sys.executable, "-m", "edge", "run", "--config", str(folder / "config.yaml"), "--source", camera]
    environment = os.environ | {"STATE_DIRECTORY": str(state), "PYTHONUNBUFFERED": "1"}
    nowhere = subprocess.DEVNULL
    broker = subprocess.Popen(["mosquitto", "-c", str(folder / "mosquitto.conf")], stdout=nowhere, stderr=nowhere)
    log = folder / "log"
    with log.open("w") as out:
        device = subprocess.Popen(
            [*command, "--publish", "--journal"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    try:
        until = time.monotonic() + READY_WITHIN_S
        while "ready:" not in log.read_text():
            if device.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"it doesn't get ready:\n{log.read_text()}")
            time.sleep(0.05)
        first, threads = of_process(device.pid), len(list(Path(f"/proc/{device.pid}/task").iterdir()))
        largest, until = total(first, "Rss"), time.monotonic() + watch_s
        while time.monotonic() < until:
            time.sleep(0.5)
            largest = max(largest, total(of_process(device.pid), "Rss"))
        return {
            "by kind": first,
            "RSS": total(first, "Rss"),
            "PSS": total(first, "Pss"),
            "private": total(first, "Private_Dirty"),
            f"largest RSS in {watch_s:.0f} s": largest,
            "threads": threads,
            "log": log.read_text(),
        }
    finally:
        device.terminate()
        device.wait(30)
        broker.terminate()
        broker.wait(30)


def stages() -> list[tuple[str, float, float]]:
    """What each part adds, in the order in which the program loads them: (name, MB of RSS, of private memory)."""
    kept: list[object] = []

    def configuration() -> None:
        from edge.config import Config

        kept.append(Config())

    def model() -> None:
        from edge.vision.classifier import Classifier
        from edge.vision.pipeline import BASE, find_model

        kept.append(Classifier(find_model(Config().vision.model, BASE)))

    def detector() -> None:
        from edge.vision.detector import open_detector
        from edge.vision.pipeline import BASE

        kept.append(open_detector(Config().vision, base=BASE))

    def search() -> None:
        kept[-1].find(np.zeros((480, 640), np.uint8))  # type: ignore[attr-defined]

    def far_search() -> None:
        kept[-1].find_far(np.zeros((480, 640), np.uint8), 0)  # type: ignore[attr-defined]

    def imports(*names: str) -> Callable[[], None]:
        return lambda: kept.extend(__import__(name) for name in names)

    rows: list[tuple[str, float, float]] = []
    before = (0.0, 0.0)

    def row(name: str, step: Callable[[], object]) -> None:
        nonlocal before
        step()
        sizes = of_process()
        now = total(sizes, "Rss"), total(sizes, "Private_Dirty")
        rows.append((name, now[0] - before[0], now[1] - before[1]))
        before = now

    row("Python and this script", lambda: None)
    row("the command line (Typer)", imports("edge.cli.main"))
    row("numpy", imports("numpy"))
    row("the configuration (pydantic)", configuration)
    from edge.config import Config

    row("OpenCV", imports("cv2"))
    import numpy as np

    row("the daemon's other modules", imports("edge.daemon.run"))
    row("the model (LiteRT)", model)
    row("YuNet", detector)
    row("a search", search)
    row("a far search", far_search)
    row("MQTT (paho)", imports("paho.mqtt.client"))
    row("Spotify (spotipy, requests, OpenSSL)", imports("edge.players.spotify.player"))
    row("the page (Starlette, uvicorn)", imports("edge.web.assembly"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--source", choices=("pictures", "demo"), default="pictures")
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--watch", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--log", action="store_true", help="print the program's log too")
    args = parser.parse_args()
    if args.stages:
        for name, rss, private in stages():
            print(f"{name:42s} {rss:6.1f} MB, {private:5.1f} of it its own")
        return
    with tempfile.TemporaryDirectory() as folder:
        figures = whole_device(Path(folder), args.source, args.watch)
    by_kind, log = figures.pop("by kind"), figures.pop("log")
    assert isinstance(by_kind, dict)
    for name, sizes in sorted(by_kind.items(), key=lambda item: -item[1]["Rss"]):
        print(f"{name:42s} {sizes['Rss']:6.1f} MB, {sizes['Private_Dirty']:5.1f} of it its own")
    print(", ".join(f"{name} {value:.1f}" for name, value in figures.items() if isinstance(value, (int, float))))
    if args.log:
        print(log)


if __name__ == "__main__":
    main()
