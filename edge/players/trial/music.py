"""Which music a player is tried with: a choice of a profile that it can play."""

from __future__ import annotations

from edge.config import MusicConfig
from edge.music.choices import choices_for, music_of
from edge.values import EXPRESSIONS, Music

# The addresses that each player plays; the first kind is preferred.
KINDS = {
    "spotify": ("spotify:", "library:"),
    "go_librespot": ("spotify:", "library:"),
    "mpd": ("mpd:", "library:"),
    "music_assistant": ("ma:", "spotify:", "library:"),
}


def trial_music(music: MusicConfig, player: str, mood: str | None = None) -> Music | None:
    """Music that the player can play, from the first profile that has some; None where there is none.

    player: its name. mood: one of EXPRESSIONS; None for the first one that has music.
    """
    moods = EXPRESSIONS if mood is None else (mood,)
    for profile in music.profiles.values():
        known = [choice for one in moods for choice in choices_for(profile, one)]
        for kind in KINDS.get(player, ()):
            for choice in known:
                if all(address.startswith(kind) for address in (choice.play, *choice.songs)):
                    return music_of(choice)
    return None
