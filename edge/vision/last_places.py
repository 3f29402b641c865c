"""Where people were last seen, and whether something still moves there: somebody who turned away, and reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from edge.values import Box, Grey
from edge.vision.block_change import BlockChange, Blocks
from edge.vision.tracks import Track

# A place is a head and its shoulders: so many widths of the face to each side of its middle, heights above the face,
# and heights from its top down.
SIDE_WIDTHS, ABOVE_HEIGHTS, DOWN_HEIGHTS = 1.7, 0.7, 2.8
# So many blocks of a place must change; one may be an insect, or an error of the video's compression.
MOVED_MIN_BLOCKS = 2
# If so large a share of the blocks outside changed in each quarter of the picture that has this many with texture, it
# was the camera that moved, or the light went out.
SHAKEN_SHARE, SHAKEN_MIN_BLOCKS = 0.4, 6
# After a movement that isn't the camera's, what moves isn't compared with the camera's movement for so long.
CONFIRMED_FOR_S = 2.0
# A place is looked at this often. What moves too slowly to be seen from one time to the next adds up for this long.
WATCH_EVERY_S, ADDS_UP_FOR_S = 0.4, 4.0
# Frame times are rounded; a frame that is early by this much is on time.
TIME_TOLERANCE_S = 1e-6
# A place follows what moves in it by this share of the distance, but no faster than so many widths of a face a second,
# so that it stays behind when somebody walks away.
FOLLOW_SHARE, FOLLOW_WIDTHS_PER_S = 0.2, 0.5
# A face this close to a place, in widths, is the person who turned back.
SAME_PLACE_WIDTHS = 1.5


@dataclass(frozen=True)
class _Place:
    """box: where the face would be now. seen: where it was last seen."""

    box: Box
    seen: Box


class LastPlaces:
    """The places of the people who are out of view.

    There are never more of them than people who were in view at once and aren't now.
    moved_at: when something last moved in one of them.
    """

    def __init__(self) -> None:
        self.moved_at: float | None = None
        self._change = BlockChange()
        self._places: list[_Place] = []
        self._in_view: dict[int, Box] = {}
        self._most_at_once = 0
        self._watched_at: float | None = None
        self._reference_at = 0.0
        # When a movement was last seen that isn't the camera's.
        self._confirmed_at = -CONFIRMED_FOR_S

    @property
    def boxes(self) -> list[Box]:
        """The faces as they were last seen there, or where they would be now."""
        return [place.box for place in self._places]

    def clear(self) -> None:
        """Forget all places, because nobody is present."""
        self._places, self._in_view, self._most_at_once = [], {}, 0
        self.moved_at = self._watched_at = None
        self._change.clear()

    def forget(self, on_screen: Callable[[Box], bool]) -> bool:
        """Forget the places where a screen was taken for somebody; returns whether there was nobody else."""
        before = self._most_at_once
        self._places = [place for place in self._places if not (on_screen(place.box) or on_screen(place.seen))]
        self._in_view = {number: box for number, box in self._in_view.items() if not on_screen(box)}
        self._most_at_once = min(self._most_at_once, len(self._places) + len(self._in_view))
        return before > 0 and not self._most_at_once

    def look(self, tracks: list[Track]) -> None:
        """Take the people in view in a look."""
        now = {track.number: track.box for track in tracks}
        self._most_at_once = max(self._most_at_once, len(now))
        places = self._places + [_Place(box, box) for number, box in self._in_view.items() if number not in now]
        places = [place for place in places if not any(_same_place(place.box, face) for face in now.values())]
        out_of_view = self._most_at_once - len(now)
        self._places, self._in_view = places[-out_of_view:] if out_of_view else [], now
        if now:
            self._watched_at = None
            self._change.clear()

    def watch(self, at: float, grey: Grey, elsewhere: Sequence[Box] = ()) -> None:
        """Look for movement while nobody is in view.

        grey: (height, width) luma. elsewhere: where movement tells nothing, such as on a television.
        """
        if not self._places or self._in_view:
            return
        if self._watched_at is not None and 0 <= at - self._watched_at < WATCH_EVERY_S - TIME_TOLERANCE_S:
            return
        if self.moved_at is not None and self.moved_at > at:
            self.moved_at = None
        elapsed = 0.0 if self._watched_at is None else max(0.0, at - self._watched_at)
        self._watched_at = at
        found = self._change.measure(grey)
        if found is None:
            self._reference_at = at
            return
        moved = self._find_movement(*found, grey, at, elapsed, elsewhere)
        if moved:
            self.moved_at = at
        if moved or not 0 <= at - self._reference_at < ADDS_UP_FOR_S:
            self._change.set_reference()
            self._reference_at = at

    def _find_movement(
        self, changed: Blocks, textured: Blocks, grey: Grey, at: float, elapsed: float, elsewhere: Sequence[Box]
    ) -> bool:
        size = grey.shape[1] / changed.shape[1]
        regions = [_region(place.box, size, changed.shape) for place in self._places]
        confirms = False
        outside = np.logical_not(np.logical_or.reduce(regions))
        if _shaken(changed, textured & outside):
            return False
        if not 0 <= at - self._confirmed_at < CONFIRMED_FOR_S and _may_be_camera(changed, outside):
            changed = changed & self._change.without_camera(outside)
            confirms = True
        changed = changed & ~_inside(elsewhere, size, changed.shape)
        moved = False
        for index, (place, region) in enumerate(zip(self._places, regions, strict=True)):
            rows, columns = np.nonzero(changed & region)
            if len(rows) >= MOVED_MIN_BLOCKS:
                moved = True
                centre = (float(columns.mean()) + 0.5) * size, (float(rows.mean()) + 0.5) * size
                self._places[index] = replace(place, box=_follow(place.box, centre, elapsed))
        if moved and confirms:
            self._confirmed_at = at
        return moved


def _may_be_camera(changed: Blocks, outside: Blocks) -> bool:
    """Whether blocks changed where nobody was seen as well as where somebody was."""
    return bool(np.count_nonzero(changed & outside) >= MOVED_MIN_BLOCKS and np.any(changed & ~outside))


def _shaken(changed: Blocks, outside: Blocks) -> bool:
    """Whether the whole picture changed. outside: the blocks with texture where nobody was seen."""
    rows, columns = outside.shape[0] // 2, outside.shape[1] // 2
    quarters = [
        (int(np.count_nonzero((changed & outside)[part])), int(np.count_nonzero(outside[part])))
        for part in (np.s_[y, x] for y in (np.s_[:rows], np.s_[rows:]) for x in (np.s_[:columns], np.s_[columns:]))
    ]
    quarters = [(found, total) for found, total in quarters if total >= SHAKEN_MIN_BLOCKS]
    return len(quarters) >= 2 and all(found > SHAKEN_SHARE * total for found, total in quarters)


def _same_place(box: Box, face: Box) -> bool:
    return math.dist(box.centre, face.centre) < SAME_PLACE_WIDTHS * max(box.w, face.w)


def _inside(boxes: Sequence[Box], size: float, shape: tuple[int, ...]) -> Blocks:
    """(rows, columns): True for the blocks in these boxes and next to them. size: of a block, pixels of the frame."""
    inside = np.zeros(shape, np.bool_)
    for box in boxes:
        _mark(inside, box.x / size - 1, box.y / size - 1, (box.x + box.w) / size + 1, (box.y + box.h) / size + 1)
    return inside


def _region(box: Box, size: float, shape: tuple[int, ...]) -> Blocks:
    """(rows, columns): True for the blocks of a place. size: of a block, pixels of the frame."""
    region = np.zeros(shape, np.bool_)
    middle = box.x + box.w / 2
    left, right = (middle - SIDE_WIDTHS * box.w) / size, (middle + SIDE_WIDTHS * box.w) / size
    top, bottom = (box.y - ABOVE_HEIGHTS * box.h) / size, (box.y + DOWN_HEIGHTS * box.h) / size
    _mark(region, left, top, right, bottom)
    return region


def _mark(blocks: Blocks, left: float, top: float, right: float, bottom: float) -> None:
    """Set all blocks that a rectangle touches. Its edges: in blocks, within the picture or not."""
    blocks[max(0, int(top)) : max(0, math.ceil(bottom)), max(0, int(left)) : max(0, math.ceil(right))] = True


def _follow(box: Box, centre: tuple[float, float], elapsed: float) -> Box:
    """A face's place after movement round `centre`, which is the middle of a head and its shoulders."""
    x, y = box.x + box.w / 2, box.y + (DOWN_HEIGHTS - ABOVE_HEIGHTS) / 2 * box.h
    step = FOLLOW_SHARE * (centre[0] - x), FOLLOW_SHARE * (centre[1] - y)
    limit = FOLLOW_WIDTHS_PER_S * elapsed * box.w / max(math.hypot(*step), 1e-6)
    scale = min(1.0, limit)
    return replace(box, x=box.x + scale * step[0], y=box.y + scale * step[1])
