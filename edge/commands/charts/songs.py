"""The chart of `library sort`: songs in the plane of valence and energy, each in its mood's colour."""

from __future__ import annotations

from collections.abc import Sequence

from edge.commands.charts import canvas
from edge.library.placement import MOOD_POINTS
from edge.songs import SONG_MOODS, Placed

# Layout in pixels: the plane's side, and the margins around it.
SIDE, LEFT, TOP, RIGHT, BOTTOM = 720, 84, 76, 216, 70


def plane_png(placed: Sequence[Placed], title: str) -> bytes:
    """The chart as a PNG file: valence to the right, energy upwards, and a cross at the centre of each mood."""
    picture = canvas.blank(LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM)
    _axes(picture, title)
    drawable = [song for song in placed if song.song.features is not None and song.song.features.placeable]
    radius = 3 if len(drawable) > 2000 else 4 if len(drawable) > 300 else 6
    for song in drawable:
        assert song.song.features is not None
        position = _position(song.song.features.valence or 0.0, song.song.features.energy or 0.0)
        canvas.dot(picture, position, radius, canvas.COLOURS[song.mood])
    for row, mood in enumerate(SONG_MOODS):
        count = sum(song.mood == mood for song in placed)
        x, y = _position(*MOOD_POINTS[row])
        canvas.cross(picture, (x, y), 9)
        legend_y = TOP + 20 + 34 * row
        canvas.dot(picture, (LEFT + SIDE + 32, legend_y), 7, canvas.COLOURS[mood])
        canvas.write(picture, f"{mood} {count}", (LEFT + SIDE + 48, legend_y + 6), size=0.55, baseline=True)
        canvas.write(picture, mood, (x + 12, y + 5), size=0.5, baseline=True, outlined=True)
    return canvas.png(picture)


def _position(valence: float, energy: float) -> tuple[int, int]:
    return round(LEFT + valence * SIDE), round(TOP + (1 - energy) * SIDE)


def _axes(picture: canvas.Canvas, title: str) -> None:
    canvas.write(picture, title, (LEFT, 44), size=0.8, baseline=True)
    for step in range(5):
        share = step / 4
        x, y = _position(share, share)
        canvas.band(picture, x, TOP, x + 1, TOP + SIDE + 1, canvas.GRID)
        canvas.band(picture, LEFT, y, LEFT + SIDE + 1, y + 1, canvas.GRID)
        for position in ((x - 12, TOP + SIDE + 24), (LEFT - 42, y + 5)):
            canvas.write(picture, f"{share:g}", position, size=0.45, colour=canvas.FAINT, baseline=True)
    middle = (LEFT + SIDE // 2 - 30, TOP + SIDE + 52)
    canvas.write(picture, "valence", middle, size=0.55, colour=canvas.FAINT, baseline=True)
    canvas.write(picture, "energy", (14, TOP - 14), size=0.55, colour=canvas.FAINT, baseline=True)
