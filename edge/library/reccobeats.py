"""Client for ReccoBeats (reccobeats.com), a public web service with audio features of many Spotify tracks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge.errors import PlayerError
from edge.songs import FEATURES, Features, track_uri
from edge.system.http_session import BoundedSession
from edge.system.requests_module import requests
from edge.text import parse_json

# The service's limit.
IDS_PER_REQUEST = 40
# Between two requests.
REQUEST_PAUSE_S = 0.5
TIMEOUT_S = 10.0
# After a response that asks to wait, but doesn't name a time.
RETRY_AFTER_DEFAULT_S = 30.0


class ReccoBeats:
    """A client for one thread. The service needs no key."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT_S) -> None:
        """url: such as https://api.reccobeats.com/v1. timeout: seconds."""
        self._url, self._timeout = url.rstrip("/"), timeout
        self._session = BoundedSession()

    def features(self, uris: Sequence[str]) -> dict[str, Features]:
        """Return the features of those tracks that the service knows. Raises PlayerError.

        uris: at most IDS_PER_REQUEST, as spotify:track:ID.
        """
        ids = ",".join(uri.split(":")[-1] for uri in uris)
        try:
            response = self._session.get(f"{self._url}/audio-features", params={"ids": ids}, timeout=self._timeout)
        except requests.RequestException as error:
            raise PlayerError(f"reccobeats: can't be reached ({type(error).__name__}); is the network up?") from None
        if response.status_code == 429 or response.status_code >= 500:
            raise PlayerError(
                f"reccobeats: is overloaded or limits requests (HTTP {response.status_code}); try again later",
                retry_after=_retry_after(response.headers.get("Retry-After")),
            )
        if response.status_code != 200:
            raise FeaturesRefusedError(
                f"reccobeats: refused the request (HTTP {response.status_code}); check library.reccobeats_url"
            )
        try:
            content = parse_json(response.content)["content"]
            requested = set(uris)
            return {
                uri: features
                for track in content
                if (uri := track_uri(str(track.get("href") or ""))) in requested
                and (features := _features(track)) is not None
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            raise FeaturesRefusedError(
                "reccobeats: sent something other than features; check library.reccobeats_url"
            ) from None

    def close(self) -> None:
        self._session.close()


class FeaturesRefusedError(PlayerError):
    """The request failed for a lasting reason, so that a retry wouldn't help."""

    lasting = True


def _features(track: dict[str, Any]) -> Features | None:
    numbers: dict[str, Any] = {name: _number(track.get(name), *FEATURES[name]) for name in FEATURES}
    features = Features(**numbers, source="reccobeats")
    return features if features.placeable else None


def _number(value: Any, low: float, high: float) -> float | None:
    # NaN is in no range; a whole number of JSON may be too large for a float.
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and low <= value <= high else None


def _retry_after(text: str | None) -> float:
    try:
        return max(1.0, float(text or RETRY_AFTER_DEFAULT_S))
    except ValueError:
        return RETRY_AFTER_DEFAULT_S
