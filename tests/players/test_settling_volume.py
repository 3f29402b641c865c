"""A volume that was set a moment ago, and a server that shows the old one for a while."""

from __future__ import annotations

from edge.players.settling_volume import SettlingVolume


def test_older_volumes_arent_believed_for_a_while() -> None:
    volume = SettlingVolume()
    assert volume.settled(0.0, 40) == 40
    volume.set(0.0, 30, shown=40)
    volume.set(0.5, 20, shown=40)
    assert [volume.settled(1.0, shown) for shown in (40, 30)] == [20, 20]
    assert volume.settled(2.6, 40) == 40, "it was never carried out"


def test_one_that_nobody_set_here_is_a_persons() -> None:
    volume = SettlingVolume()
    volume.set(0.0, 30, shown=40)
    assert volume.settled(0.2, 55) == 55 and volume.settled(0.3, 40) == 40
