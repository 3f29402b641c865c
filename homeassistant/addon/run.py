"""Starts Moodroom as a Home Assistant add-on: turns the add-on's options into a configuration."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

OPTIONS = Path("/data/options.json")
# A configuration of the user's own, in the add-on's folder; the options have precedence.
OWN = Path("/config/moodroom.yaml")
WRITTEN = Path("/data/moodroom.yaml")
STATE = Path("/data/state")
BROKER = "http://supervisor/services/mqtt"
TIMEOUT_S = 10.0

# Each option's place in the configuration.
PLACES = {
    "name": ("device", "name"),
    "id": ("device", "id"),
    "area": ("device", "area"),
    "camera": ("camera", "source"),
    "rotate": ("camera", "rotate"),
    "player": ("music", "player"),
    "mpd_host": ("mpd", "host"),
    "music_assistant_host": ("music_assistant", "host"),
    "music_assistant_speaker": ("music_assistant", "speaker"),
    "go_librespot_host": ("go_librespot", "host"),
    "go_librespot_port": ("go_librespot", "port"),
    "spotify_client_id": ("spotify", "client_id"),
    "spotify_speaker": ("spotify", "speaker"),
}


def configuration(base: dict[str, Any], options: dict[str, Any], broker: dict[str, Any] | None) -> dict[str, Any]:
    """Return `base` with the options, and with Home Assistant's broker if there is one."""
    # A section without keys, such as one whose lines are all comments, is None.
    merged = {name: dict(part) if isinstance(part, dict) else part for name, part in base.items() if part is not None}
    for option, (section, key) in PLACES.items():
        value = options.get(option)
        if value not in (None, ""):
            merged.setdefault(section, {})[key] = int(value) if option == "rotate" else value
    mqtt = merged.setdefault("mqtt", {})
    if broker:
        mqtt |= {"host": broker["host"], "port": int(broker["port"]), "username": broker.get("username") or None}
        if broker.get("ssl"):
            mqtt["tls"] = True
    return merged


def secrets(options: dict[str, Any], broker: dict[str, Any] | None) -> dict[str, str]:
    """Return the environment variables with passwords, which no file gets."""
    found = {
        "MOODROOM_MPD_PASSWORD": options.get("mpd_password"),
        "MOODROOM_MUSIC_ASSISTANT_TOKEN": options.get("music_assistant_token"),
        "MOODROOM_MQTT_PASSWORD": (broker or {}).get("password"),
    }
    return {name: str(value) for name, value in found.items() if value}


def home_broker() -> dict[str, Any] | None:
    """Return the broker that Home Assistant knows, or None."""
    token = os.environ.get("SUPERVISOR_TOKEN")
    if not token:
        return None
    request = urllib.request.Request(BROKER, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            data = json.load(answer).get("data")
    except (OSError, ValueError, AttributeError) as error:
        print(f"moodroom: Home Assistant names no MQTT broker ({error}); going on without MQTT", file=sys.stderr)
        return None
    known = isinstance(data, dict) and data.get("host") and str(data.get("port")).isdecimal()
    return data if known else None


def written(file: Path) -> dict[str, Any]:
    """Return what a configuration says, read as the device itself reads it; ends the program with a sentence."""
    from edge.config.file import text_of
    from edge.config.yaml_lines import read
    from edge.errors import ConfigError

    try:
        content = read(text_of(file), str(file))[0] or {}
    except ConfigError as error:
        raise SystemExit(f"moodroom: {error}") from None
    if not isinstance(content, dict):
        raise SystemExit(f"moodroom: {file}: must contain sections such as `camera:`")
    for section in ("mqtt", *dict(PLACES.values())):
        if not isinstance(content.get(section, {}), dict | None):
            raise SystemExit(f"moodroom: {file}: {section}: must be a section with keys under it")
    return content


def main() -> None:
    """Write the configuration and become the device."""
    import yaml

    import edge

    options = json.loads(OPTIONS.read_text(encoding="utf-8"))
    base = written(OWN if OWN.exists() else Path(edge.__file__).parent / "config.yaml")
    # Another broker doesn't get the password of Home Assistant's.
    broker = None if (base.get("mqtt") or {}).get("host") else home_broker()
    text = yaml.safe_dump(configuration(base, options, broker), allow_unicode=True, sort_keys=False)
    WRITTEN.write_text(text, encoding="utf-8")
    WRITTEN.chmod(0o600)
    STATE.mkdir(mode=0o700, exist_ok=True)
    os.environ |= {"HOME": str(STATE), "STATE_DIRECTORY": str(STATE), **secrets(options, broker)}
    program = str(Path(sys.executable).parent / "moodroom")
    os.execv(program, [program, "run", "--config", str(WRITTEN)])


if __name__ == "__main__":
    main()
