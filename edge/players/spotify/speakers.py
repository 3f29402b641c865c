"""Spotify Connect speakers, found by name: ids change, names stay. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge.players.spotify.errors import SpeakerMissingError, SpeakerRestrictedError
from edge.text import clean_or_none

MISSING_RETRY_S = 60.0
_GROUP = re.compile(r"\s*\+\s*\d+$")
SUGGESTIONS_MAX = 2
# Apostrophes, quotes and primes of keyboards and phones; the minus sign is no dash in Unicode.
_QUOTES = str.maketrans(dict.fromkeys('’‘‚‛′‵´`ʼʹˈ＇"“”„‟″«»‹›', "'") | {"\u2212": "-"})
SUGGESTION_SIMILARITY = 0.6  # 0..1, as difflib measures it
# Longer names of speakers move the columns behind them in their own line only.
NAME_WIDTH_CHARS = 40


@dataclass(frozen=True)
class Speaker:
    """A Connect device.

    id: None if it can't be controlled. volume: 0..100, None if unknown. private: somebody listens in a private session.
    """

    id: str | None
    name: str
    kind: str = ""
    active: bool = False
    restricted: bool = False
    volume: int | None = None
    volume_settable: bool = True
    private: bool = False

    @classmethod
    def from_json(cls, device: Mapping[str, Any]) -> Speaker:
        """device: the Web API's device object; any field may be missing."""
        volume = device.get("volume_percent")
        return cls(
            id=clean_or_none(device.get("id")),
            name=clean_or_none(device.get("name")) or "",
            kind=clean_or_none(device.get("type")) or "",
            active=bool(device.get("is_active")),
            restricted=bool(device.get("is_restricted")),
            volume=int(volume) if isinstance(volume, (int, float)) and 0 <= volume <= 100 else None,
            volume_settable=device.get("supports_volume") is not False,
            private=bool(device.get("is_private_session")),
        )


def normalized(name: str) -> str:
    """The name without differences in case, spaces, accents, quotes and dashes, and without marks that aren't seen."""
    signs = unicodedata.normalize("NFKD", name.translate(_QUOTES))
    bare = "".join("-" if unicodedata.category(sign) == "Pd" else sign for sign in signs if not _is_mark(sign))
    return "".join(bare.translate(_QUOTES).casefold().split())


def _is_mark(sign: str) -> bool:
    """True for accents, and for what isn't seen: zero-width spaces and joiners, and the choice of an emoji's form."""
    return (
        unicodedata.combining(sign) != 0
        or unicodedata.category(sign) == "Cf"
        or unicodedata.name(sign, "").startswith(("VARIATION SELECTOR", "COMBINING GRAPHEME JOINER"))
    )


def same_name(name: str, other: str) -> bool:
    """True if the names differ at most in what `normalized` removes."""
    return normalized(name) == normalized(other)


def is_named(name: str, configured: str) -> bool:
    """True for the configured name, and for the group that this speaker leads, such as `Living Room + 1`."""
    return same_name(name, configured) or same_name(_GROUP.sub("", name), configured)


def find_speaker(name: str | None, speakers: Sequence[Speaker]) -> Speaker:
    """The speaker with that name; of several, one that accepts commands, and preferably the active one.

    Raises SpeakerMissingError, also where none of them has an id; SpeakerRestrictedError if that is a restricted one.
    """
    if name is not None:
        matches = [speaker for speaker in speakers if same_name(speaker.name, name)]
        matches = matches or [speaker for speaker in speakers if is_named(speaker.name, name)]
        if known := [speaker for speaker in matches if speaker.id]:
            return max(known, key=lambda speaker: (not speaker.restricted, speaker.active))
        if any(speaker.restricted for speaker in matches):
            raise restricted_error(name)
    raise SpeakerMissingError(missing_message(name, speakers), retry_after=MISSING_RETRY_S)


def restricted_error(name: str) -> SpeakerRestrictedError:
    """The error for a speaker that plays what its own app tells it only."""
    return SpeakerRestrictedError(
        f'spotify.speaker: "{name}" accepts no commands from Spotify\'s Web API; choose another', retry_after=5
    )


def missing_message(name: str | None, speakers: Sequence[Speaker]) -> str:
    """The sentence for a speaker that isn't in Spotify's list, with the nearest names."""
    online = sorted({speaker.name for speaker in speakers if speaker.name})
    choice = f"choose one of: {', '.join(online)}"
    if name is None:
        return f"spotify.speaker: no speaker is configured; {choice if online else 'none is online'}"
    by_normalized = {normalized(other): other for other in online}
    if normalized(name) in by_normalized:
        return (
            f'spotify.speaker: "{name}" can\'t be controlled yet, since Spotify sends no id for it; play something on '
            "it from the Spotify app once"
        )
    import difflib  # only for this message

    near = difflib.get_close_matches(normalized(name), list(by_normalized), SUGGESTIONS_MAX, SUGGESTION_SIMILARITY)
    if near:
        choice += f"; did you mean {_or([by_normalized[key] for key in near])}?"
    fix = f"wake it, or {choice}" if online else "wake it"
    return f'spotify.speaker: no speaker called "{name}" is online; {fix}'


def speaker_table(speakers: Sequence[Speaker], configured: str | None) -> list[str]:
    """Lines for people: name, kind, volume and notes. configured: the name in the configuration."""
    if not speakers:
        return ["Spotify lists no speaker; play something on one from the Spotify app, which wakes it, and try again"]
    width = min(NAME_WIDTH_CHARS, max(len(speaker.name) for speaker in speakers))
    lines = []
    for speaker in sorted(speakers, key=lambda speaker: normalized(speaker.name)):
        volume = "volume ?" if speaker.volume is None else f"volume {speaker.volume}"
        notes = [
            *(["yours"] if configured is not None and same_name(configured, speaker.name) else []),
            *(["active"] if speaker.active else []),
            *(["accepts no commands"] if speaker.restricted or not speaker.id else []),
            *([] if speaker.volume_settable else ["volume can't be set"]),
        ]
        lines.append(f"{speaker.name:<{width}}  {speaker.kind:<12}  {volume:<10}  {', '.join(notes)}".rstrip())
    return lines


def _or(names: Sequence[str]) -> str:
    return " or ".join(f'"{name}"' for name in names)
