"""ReccoBeats (reccobeats.com), a public web service that knows the audio features of many Spotify tracks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import requests

from edge.errors import PlayerError
from edge.songs import FEATURES, Features, track_uri

BATCH = 40  # ids a request, as many as it takes
PAUSE = 0.5  # seconds between two requests
TIMEOUT = 10.0
WAIT = 30.0  # where it refuses without saying for how long


class ReccoBeats:
    """Used by one thread; needs no key."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        """url: such as https://api.reccobeats.com/v1. timeout: seconds."""
        self._url, self._timeout = url.rstrip("/"), timeout
        self._session = requests.Session()
        # A default entry in somebody's .netrc is nothing for it.
        self._session.auth = lambda request: request

    def features(self, uris: Sequence[str]) -> dict[str, Features]:
        """What it knows of at most BATCH Spotify tracks (spotify:track:ID). Raises PlayerError."""
        ids = ",".join(uri.split(":")[-1] for uri in uris)
        try:
            answer = self._session.get(f"{self._url}/audio-features", params={"ids": ids}, timeout=self._timeout)
        except requests.RequestException as error:
            raise PlayerError(f"reccobeats: can't be reached ({type(error).__name__}); is the network up?") from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise PlayerError(
                f"reccobeats: asks for retrier (HTTP {answer.status_code}); try again later",
                retry_after=_retry_after(answer.headers.get("Retry-After")),
            )
        if answer.status_code != 200:
            raise FeaturesRefusedError(
                f"reccobeats: refuses the request (HTTP {answer.status_code}); check library.reccobeats_url"
            )
        try:
            content = answer.json()["content"]
            wanted = set(uris)
            return {
                uri: features
                for one in content
                if (uri := track_uri(str(one.get("href") or ""))) in wanted and (features := _features(one)) is not None
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            raise FeaturesRefusedError(
                "reccobeats: answers something else than features; check library.reccobeats_url"
            ) from None

    def close(self) -> None:
        self._session.close()


class FeaturesRefusedError(PlayerError):
    """Asking again wouldn't help."""

    lasting = True


def _features(one: dict[str, Any]) -> Features | None:
    numbers: dict[str, Any] = {name: _number(one.get(name), *FEATURES[name]) for name in FEATURES}
    found = Features(**numbers, source="reccobeats")
    return found if found.placeable else None


def _number(value: Any, low: float, high: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value) if low <= value <= high else None


def _retry_after(text: str | None) -> float:
    try:
        return max(1.0, float(text or WAIT))
    except ValueError:
        return WAIT
