"""What MPD or Mopidy says when it refuses a command. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edge.text import clean

ARGUMENT, PERMISSION, NOT_FOUND, QUEUE_FULL = 2, 4, 50, 51
# What a client without the permission "read" can't do either.
READING = frozenset({"status", "currentsong", "stats", "playlistinfo", "plchangesposid", "idle", "search", "listall"})
ADDING = frozenset({"add", "addid", "load", "searchadd", "findadd"})
_FORM = re.compile(r"\[(\d+)@(\d+)\] \{([^}]*)\} ?(.*)", re.DOTALL)
_QUOTED = re.compile(r'"(\w+)"')


@dataclass(frozen=True)
class Refusal:
    """A refusal. number: MPD's kind of error, 0 if it names none. index: of the command in a list of commands."""

    number: int
    index: int
    command: str
    message: str

    @classmethod
    def of(cls, error: Exception) -> Refusal:
        """Return what a mpd.CommandError says."""
        text = str(error)
        found = _FORM.match(text)
        if found is None:
            return cls(PERMISSION if "permission" in text else 0, 0, "", clean(text))
        quoted = _QUOTED.search(found[4])
        return cls(int(found[1]), int(found[2]), found[3] or (quoted[1] if quoted else ""), clean(found[4]))


def permission_for(command: str) -> str:
    """MPD's permission for a command that isn't a reading one: "add" or "control"."""
    return "add" if command in ADDING else "control"
