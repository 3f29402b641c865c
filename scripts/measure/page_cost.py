"""Measure what the page costs: CPU and memory without it, with it, and with one idle open page, and its first load.

    python scripts/measure/page_cost.py [--seconds 60]

Three devices run one after the other, each on the same still, empty picture, so that only the page differs. The open
page is a client that reads the event stream as a browser does. The first load is what a browser with an empty cache
fetches, in German: the bodies of all answers, as they are sent.
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
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import requests

ROOT = Path(__file__).resolve().parents[2]
# How a file of the page names another one.
NAMED = re.compile(r"""["'](?:/static/|\./)([\w.-]+)["']""")
TICKS = os.sysconf("SC_CLK_TCK")


def spent(pid: int) -> float:
    """Return the CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid: int) -> float:
    """Return the memory of a process, MB (10^6 bytes)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def first_load(url: str) -> int:
    """Return the bytes of everything that the page fetches at first."""
    found: dict[str, int] = {}
    waiting = ["/", "/api/language/de", "/api/session", "/api/state", "/api/timeline"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        answer = requests.get(url + path, stream=True, timeout=5, headers={"Accept-Encoding": "gzip"})
        answer.raise_for_status()
        body = answer.raw.read(decode_content=False)
        found[path] = len(body)
        if answer.headers["content-type"].startswith("text/"):
            waiting += [f"/static/{name}" for name in NAMED.findall(body.decode())]
    return sum(found.values())


def measure(folder: Path, name: str, *, enabled: bool, listen: bool, seconds: float) -> tuple[float, float]:
    """Return CPU seconds a second, and MB at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / f"{name}.yaml"
    web = {"enabled": enabled, "port": port}
    config.write_text(json.dumps({"music": {"player": "dry_run"}, "web": web, "journal": {"enabled": False}}))
    process = subprocess.Popen(
        [sys.executable, "-m", "edge", "run", "--config", str(config), "--source", str(folder / "room")],
        cwd=ROOT,
        env=os.environ | {"STATE_DIRECTORY": str(folder / f"{name}.state")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(8)
        if listen:
            # The requests of a browser that opens the page.
            url = f"http://127.0.0.1:{port}"
            for path in ("/", "/static/page.js", "/static/page.css", "/api/session", "/api/timeline"):
                requests.get(url + path, timeout=5).raise_for_status()
            print(f"first load: {first_load(url) / 1000:.0f} kB", file=sys.stderr)
            stream = requests.get(f"{url}/api/events", stream=True, timeout=60)
            threading.Thread(target=lambda: list(stream.iter_lines()), daemon=True).start()
            time.sleep(12)
        before, began = spent(process.pid), time.monotonic()
        time.sleep(seconds)
        return (spent(process.pid) - before) / (time.monotonic() - began), resident(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "room").mkdir()
        cv2.imwrite(str(folder / "room" / "still.png"), np.full((480, 640), 90, np.uint8))
        rows = [("no page", False, False), ("page, closed", True, False), ("page, open", True, True)]
        base: tuple[float, float] | None = None
        print(f"{'':<14}{'CPU, % of a core':>18}{'memory, MB':>12}{'more CPU':>10}{'more MB':>9}")
        for name, enabled, listen in rows:
            cpu, memory = measure(folder, name.replace(", ", "-"), enabled=enabled, listen=listen, seconds=seconds)
            base = base or (cpu, memory)
            more = f"{100 * (cpu - base[0]):>10.2f}{memory - base[1]:>9.1f}"
            print(f"{name:<14}{100 * cpu:>18.2f}{memory:>12.1f}{more}", flush=True)


if __name__ == "__main__":
    main()
