"""How far a face looks into the camera, from its landmarks and its box. Pure.

Landmarks alone show a bowed head too upright, since YuNet moves them towards those of a frontal face. Its box is a
second witness: a bowed head shows forehead and hair, so its eyes are lower in the box. The numbers are those of
FER2013's faces as YuNet finds them, and of the same faces turned in three dimensions; docs/model-log.md says which.
"""

from __future__ import annotations

from edge.values import Face

# The median over real faces, and how much more it is for heads that are bowed by BOWED_DEG: the eyes' height in the
# box as a share from its top, and the pitch of the landmarks in degrees.
EYES_IN_BOX, EYES_BOWED_MORE = 0.373, 0.10
PITCH_DEG, PITCH_BOWED_MORE_DEG = 1.9, 14.0
BOWED_DEG = 45.0
# A head that is bowed by less is read as any other, and by more isn't read; then the same for a raised head. Of 100
# faces of the training set that look into the camera, 97 are within the first limits and 99 within the second.
READ_BELOW_DEG, UNREAD_ABOVE_DEG = 27.5, 40.0
READ_ABOVE_DEG, UNREAD_BELOW_DEG = -34.0, -47.0
FACING_MIN = 0.1


def bowed_by(face: Face) -> float:
    """Degrees by which a head is bowed, below 0 if it's raised; 0 where there are no landmarks."""
    if face.landmarks is None or face.pose is None:
        return 0.0
    eyes = (face.landmarks[0][1] + face.landmarks[1][1]) / 2
    in_box = (eyes - face.box.y) / max(face.box.h, 1.0)
    by_box = (in_box - EYES_IN_BOX) / EYES_BOWED_MORE
    by_pitch = (face.pose.pitch - PITCH_DEG) / PITCH_BOWED_MORE_DEG
    return BOWED_DEG * (by_box + by_pitch) / 2


def facing(face: Face) -> float:
    """FACING_MIN..1, and 1 for a face that looks into the camera: by yaw and by pitch."""
    degrees = bowed_by(face)
    bowed = (UNREAD_ABOVE_DEG - degrees) / (UNREAD_ABOVE_DEG - READ_BELOW_DEG)
    raised = (degrees - UNREAD_BELOW_DEG) / (READ_ABOVE_DEG - UNREAD_BELOW_DEG)
    upright = min(1.0, max(0.0, min(bowed, raised)))
    return max(FACING_MIN, face.frontal * upright)
