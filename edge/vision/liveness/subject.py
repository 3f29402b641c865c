"""One face in one place, and how often it was seen to move."""

from __future__ import annotations

import math
from dataclasses import dataclass

from edge.values import Box, Grey
from edge.vision.liveness.registration import PATCH_SIDE, Movement, Reference, area_around
from edge.vision.liveness.shake import Scene, is_same_shift
from edge.vision.tracks import Track

# A face is looked at often for this long, then it is taken for a picture until it moves.
PENDING_FOR_S = 8.0
# A movement: so many pixels of the frame and so many times what noise explains. What is stronger needs no second one.
MOVED_MIN_PX, MOVED_MIN_EVIDENCE, MOVED_STRONG_EVIDENCE = 0.12, 25.0, 80.0
# Two movements within this time count; those of one gesture, closer together than this, are one.
TWO_MOVEMENTS_WITHIN_S, ONE_MOVEMENT_WITHIN_S = 10.0, 0.35
# A face counts for this long after its first movement, and for twice as long with each further one, up
# to so many: a quarter of an hour.
HOLD_S, MOVEMENTS_MAX = 15.0, 7
# Somebody whose picture changed counts for no longer than this without a further movement: it may be a portrait like
# them, before which they stood.
CHANGED_HOLD_S = 60.0
# Two pictures of the same place that are as alike as this show the same face; other people's are below it.
SAME_LIKENESS = 0.88
# The same for two boxes, which a detector never puts in quite the same place.
SAME_FACE_LIKENESS = 0.62
# A face whose box moved by this share of its width has left its place.
STEP_SHARE = 0.3
# Somebody who walks is within so many widths, and this many seconds, of where they were seen last.
WALK_WIDTHS, WALK_S = 4.0, 0.7
# A face that was elsewhere a moment before: at least this share of its width away, and so much more like it there.
ELSEWHERE_SHARE, ELSEWHERE_LEAD = 0.06, 0.12
# If the light on a face changes by this share, a movement can't be told from it.
LIGHT_CHANGE, LIGHT_SETTLES_S = 0.12, 2.0
# A reference is used for this long: daylight and the camera's mount change slowly. The first ones are used for less, in
# case they show a face with closed eyes, say.
REFERENCE_MAX_AGE_S, FIRST_REFERENCE_MAX_AGE_S = 20.0, 3.0
# Somebody who has moved so often is compared only this often.
CERTAIN_COMPARED_EVERY_S = 4.0


@dataclass
class Subject:
    """A face in one place, while in view and for some time after.

    movements: how many were seen, as long as it counts. unsure: when a movement was seen that needs a second one.
    before_screen: cuts on the screen behind it left it as it was.
    slower: by which factor looks are rarer than usual, and all times longer.
    """

    box: Box
    reference: Reference
    scene: Scene
    referenced: float
    first_seen: float
    last_seen: float
    track: int | None = None
    compared: float = 0.0
    moved: float | None = None
    unsure: float | None = None
    movements: int = 0
    lives_until: float = -1.0
    slower: float = 1.0
    before_screen: bool = False

    def alive(self, now: float) -> bool:
        return now <= self.lives_until


def is_same(movement: Movement) -> bool:
    """Whether two pictures of the same place show the same face."""
    return movement.likeness >= SAME_LIKENESS


def has_walked(subject: Subject, now: float, grey: Grey, box: Box) -> bool:
    """Whether a face that was lost a moment ago is the one in `box`."""
    near = math.dist(subject.box.centre, box.centre) < WALK_WIDTHS * max(box.w, subject.box.w)
    if not near or not 0 <= now - subject.last_seen <= WALK_S:
        return False
    return subject.reference.resembles(grey, area_around(box)) >= SAME_FACE_LIKENESS


def begin(now: float, grey: Grey, track: Track, before: Grey | None) -> Subject:
    """A face that is seen for the first time."""
    reference = Reference(grey, area_around(track.box))
    subject = Subject(track.box, reference, Scene(grey), now, now, now, track.number, now)
    if before is not None and before.shape == grey.shape:
        # Somebody who comes in moves already between two frames.
        found = reference.find(before)
        elsewhere = math.hypot(found.x, found.y) >= ELSEWHERE_SHARE * track.box.w
        lead = found.likeness - found.likeness_here
        moved = elsewhere and found.likeness >= SAME_FACE_LIKENESS and lead >= ELSEWHERE_LEAD
        x, y = reference.area.centre
        if moved and not Scene(before).follows(grey, (x + found.x, y + found.y), -found.x, -found.y):
            _add_movement(subject, now)
    return subject


def was_cut(subject: Subject, grey: Grey) -> bool:
    """Whether all that surrounds the face was replaced."""
    return subject.reference.surroundings_changed(grey, subject.scene.gain(grey))


def observe(subject: Subject, now: float, grey: Grey, box: Box) -> bool:
    """Compare a face with what it was; returns whether it was replaced by another face in other surroundings."""
    area = subject.reference.area
    certain = subject.movements >= MOVEMENTS_MAX and subject.alive(now)
    away = _distance(box, area) > STEP_SHARE * box.w
    if certain and not away and 0 <= now - subject.compared < CERTAIN_COMPARED_EVERY_S:
        subject.box = box
        return False
    subject.compared = now
    stepped = _distance(box, subject.box) > STEP_SHARE * box.w
    subject.box = box
    movement = subject.reference.compare(grey)
    first = not subject.alive(now) and now - subject.first_seen < PENDING_FOR_S
    cut = False
    old = not 0 <= now - subject.referenced <= (FIRST_REFERENCE_MAX_AGE_S if first else REFERENCE_MAX_AGE_S)
    if not is_same(movement):
        same = subject.reference.resembles(grey, area_around(box)) >= SAME_FACE_LIKENESS
        if not same:
            # A cut on a television, a head that turned, or a picture that was behind somebody: it has to move again.
            cut, subject.before_screen = was_cut(subject, grey), False
            subject.movements = min(subject.movements, 1)
            subject.lives_until = min(subject.lives_until, now + HOLD_S * subject.slower)
        elif (stepped or _moved(movement, subject.reference)) and not _follows_camera(
            subject, grey, _shift(box, area, movement, stepped=stepped)
        ):
            _add_evidence(subject, now, strong=True)
        subject.lives_until = min(subject.lives_until, now + CHANGED_HOLD_S * subject.slower)
        _refer(subject, now, grey, box)
    elif _moved(movement, subject.reference):
        living = certain or not _follows_camera(subject, grey, (movement.x, movement.y))
        if living:
            _add_evidence(subject, now, strong=movement.evidence >= MOVED_STRONG_EVIDENCE)
        if not living or away or movement.pixels > area.w / PATCH_SIDE:
            _refer(subject, now, grey, box)
    elif away or old or (_light_changed(movement, subject.reference) and now - subject.referenced > LIGHT_SETTLES_S):
        _refer(subject, now, grey, box)
    return cut


def _follows_camera(subject: Subject, grey: Grey, shift: tuple[float, float]) -> bool:
    """Whether a face only moved with the whole picture. shift: by how many pixels of the frame it moved."""
    area = subject.reference.area
    camera = subject.scene.shift(grey, area.centre)
    if camera is None:
        return False
    if is_same_shift(shift, camera):
        return True
    if math.hypot(*camera) <= area.w / PATCH_SIDE:
        return False
    # From so far away a face's shift can't be measured but there.
    x, y = round(camera[0]), round(camera[1])
    there = subject.reference.compare(grey, x, y)
    return is_same(there) and is_same_shift((x + there.x, y + there.y), camera)


def _shift(box: Box, area: Box, movement: Movement, *, stepped: bool) -> tuple[float, float]:
    if not stepped:
        return movement.x, movement.y
    return box.centre[0] - area.centre[0], box.centre[1] - area.centre[1]


def _distance(a: Box, b: Box) -> float:
    return math.dist(a.centre, b.centre)


def _moved(movement: Movement, reference: Reference) -> bool:
    strong = movement.pixels >= MOVED_MIN_PX and movement.evidence >= MOVED_MIN_EVIDENCE
    return strong and not _light_changed(movement, reference)


def _light_changed(movement: Movement, reference: Reference) -> bool:
    return abs(movement.brightness - reference.brightness) > LIGHT_CHANGE * (reference.brightness + 1)


def _refer(subject: Subject, now: float, grey: Grey, box: Box) -> None:
    subject.reference, subject.scene, subject.referenced = Reference(grey, area_around(box)), Scene(grey), now


def _add_evidence(subject: Subject, now: float, *, strong: bool) -> None:
    if subject.moved is not None and 0 <= now - subject.moved < ONE_MOVEMENT_WITHIN_S:
        return
    unsure_for = math.inf if subject.unsure is None else now - subject.unsure
    if strong or subject.alive(now) or unsure_for <= TWO_MOVEMENTS_WITHIN_S * subject.slower:
        _add_movement(subject, now)
    subject.unsure = now


def _add_movement(subject: Subject, now: float) -> None:
    subject.movements = min(MOVEMENTS_MAX, subject.movements + 1 if subject.alive(now) else 1)
    subject.moved = now
    hold = HOLD_S * 2 ** (subject.movements - 1)
    subject.lives_until = max(subject.lives_until, now + hold * subject.slower)
