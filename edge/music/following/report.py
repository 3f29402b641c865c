"""What two devices tell each other so that music can move: values only."""

from __future__ import annotations

from dataclasses import dataclass

from edge.values import Music


@dataclass(frozen=True)
class MovingMusic:
    """The device's own music as it plays in a room.

    music: the choice. mood, profile: what it was chosen for. player: its name. speaker: as the player names it.
    song: the current song's address. position: seconds into it. None where unknown.
    """

    music: Music
    mood: str = "unknown"
    profile: str = ""
    player: str = ""
    speaker: str | None = None
    song: str | None = None
    position: float | None = None


@dataclass(frozen=True)
class Offer:
    """Music that is to go on in another room. id: unique for each offer of all devices. to: the device's id."""

    id: str
    to: str
    moving: MovingMusic


@dataclass(frozen=True)
class RoomReport:
    """A device's whole state in this matter; each report replaces the one before, so that a lost one costs nothing.

    boot: another one for each start of the device. seq: counts up within it. present: whether anybody is in the room;
    None where that isn't known. for_s: seconds since that began; None where it began before the device looked.
    offer: what it offers now. taken: the id of the offer that it took last, until the other device has heard of it.
    shared: taking it ended the music in the other room, as on one Spotify account. declined: the id of the offer that
    it didn't take. heard: the id of its own offer that it knows to be taken. kept: the music goes on in its room all
    the same, since somebody was back there before it knew.
    """

    device: str
    boot: str
    seq: int
    present: bool | None = None
    for_s: float | None = None
    offer: Offer | None = None
    taken: str | None = None
    shared: bool = False
    declined: str | None = None
    heard: str | None = None
    kept: bool = False


@dataclass(frozen=True)
class Here:
    """What the device knows of its own room now.

    music: its own music that is seen to play; None for a person's, for none, and while the player hasn't shown it.
    paused: its own music that it has paused because the room is empty. refuses: why no music may begin here now, "" if
    it may. elsewhere: the other speaker that the account plays on.
    """

    present: bool | None
    music: MovingMusic | None = None
    refuses: str = ""
    elsewhere: str | None = None
    paused: MovingMusic | None = None


# What the room is to do.


@dataclass(frozen=True)
class Take:
    """Play the offered music here. shared: it is the account's own playback, which moves here."""

    offer: Offer
    shared: bool


@dataclass(frozen=True)
class Cancel:
    """The music that was to be taken doesn't begin; take it back."""

    offer: Offer


@dataclass(frozen=True)
class Give:
    """The music plays in the other room now; end it here. shared: it has ended by itself."""

    to: str
    shared: bool


@dataclass(frozen=True)
class Hold:
    """No answer came: pause the music in the empty room, to go on here or there."""

    to: str


Move = Take | Cancel | Give | Hold
