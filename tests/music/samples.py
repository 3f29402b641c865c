"""Sample music, reports from the player, and wishes."""

from __future__ import annotations

from edge.values import Act, Music, Playback, When, Wish

A, B, C = (Music(f"spotify:playlist:{name}", name) for name in "abc")
LIST = Music("spotify:track:1", "list", ("spotify:track:1", "spotify:track:2"))


def shown(context: str | None = A.uri, song: str = "s1", position: float = 10.0, **more: object) -> Playback:
    values = {"volume": 40, "duration": 200.0, "speaker": "Living Room"} | more
    return Playback(
        str(values.pop("state", "playing")), "spotify", uri=song, context=context, position=position, **values
    )


def wish(act: Act = Act.PLAY, music: Music | None = None, when: When = When.NOW, **more: object) -> Wish:
    return Wish(act, "happy", "a test", music, when, **more)
