"""Spotify Connect speakers by name: ids change, names stay."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.players.spotify.errors import SpeakerMissingError

ASLEEP_RETRY = 60.0


@dataclass(frozen=True)
class Speaker:
    """A Connect device as Spotify shows it.

    id: None where it can't be commanded. volume: 0..100, None where unknown.
    """

    id: str | None
    name: str
    kind: str = ""
    active: bool = False
    restricted: bool = False
    volume: int | None = None
    volume_settable: bool = True

    @classmethod
    def read(cls, device: Mapping[str, Any]) -> Speaker:
        """From the Web API's device object, whose every field may be missing."""
        volume = device.get("volume_percent")
        return cls(
            id=device.get("id") or None,
            name=str(device.get("name") or ""),
            kind=str(device.get("type") or ""),
            active=bool(device.get("is_active")),
            restricted=bool(device.get("is_restricted")),
            volume=int(volume) if isinstance(volume, (int, float)) else None,
            volume_settable=device.get("supports_volume") is not False,
        )


def plain(name: str) -> str:
    """A name without what people type differently: case, spaces, accents, the kind of apostrophe and dash."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return "".join(bare.replace("’", "'").replace("–", "-").casefold().split())


def same(one: str, other: str) -> bool:
    """True where people would say that it is one name."""
    return plain(one) == plain(other)


def find(wanted: str | None, speakers: Sequence[Speaker]) -> Speaker:
    """The speaker of that name; of two with one name, the active one. Raises SpeakerMissingError."""
    if wanted is not None:
        found = [speaker for speaker in speakers if same(speaker.name, wanted) and speaker.id]
        if found:
            return max(found, key=lambda speaker: (speaker.active, not speaker.restricted))
    raise SpeakerMissingError(missing(wanted, speakers), retry_after=ASLEEP_RETRY)


def missing(wanted: str | None, speakers: Sequence[Speaker]) -> str:
    """The sentence about a speaker that isn't there."""
    shown = sorted({speaker.name for speaker in speakers if speaker.name})
    there = f"Spotify shows {_and(shown)} now" if shown else "Spotify shows no speaker at all now"
    if wanted is None:
        return f"spotify.speaker: no speaker is named; {there}"
    by_plain = {plain(name): name for name in shown}
    if plain(wanted) in by_plain:
        return f'spotify.speaker: "{wanted}" can\'t be commanded (Spotify gives it no id); start it once from the app'
    near = difflib.get_close_matches(plain(wanted), list(by_plain), 2, 0.6)
    if near:
        there += f"; did you mean {_or([by_plain[name] for name in near])}?"
    return f'spotify.speaker: "{wanted}" is asleep, off or named otherwise; {there}'


def table(speakers: Sequence[Speaker], wanted: str | None) -> list[str]:
    """Lines for people: name, kind, volume, and what is special."""
    if not speakers:
        return ["Spotify shows no speaker now; play something on it from the app, which wakes it, and look again"]
    wide = max(len(speaker.name) for speaker in speakers)
    lines = []
    for speaker in sorted(speakers, key=lambda speaker: plain(speaker.name)):
        volume = "volume ?" if speaker.volume is None else f"volume {speaker.volume}"
        notes = [
            *(["yours"] if wanted is not None and same(wanted, speaker.name) else []),
            *(["active"] if speaker.active else []),
            *(["takes no commands"] if speaker.restricted or not speaker.id else []),
            *([] if speaker.volume_settable else ["volume can't be set"]),
        ]
        lines.append(f"{speaker.name:<{wide}}  {speaker.kind:<12}  {volume:<10}  {', '.join(notes)}".rstrip())
    return lines


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _or(names: Sequence[str]) -> str:
    return " or ".join(f'"{name}"' for name in names)
