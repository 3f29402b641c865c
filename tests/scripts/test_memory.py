"""The memory of a process, by what is mapped."""

from __future__ import annotations

import memory

SMAPS = """\
55d0c1000000-55d0c1200000 r-xp 00000000 fe:00 12 /usr/lib/python3/dist-packages/cv2/cv2.abi3.so
Rss:                2048 kB
Pss:                1024 kB
Private_Dirty:         0 kB
55d0c2000000-55d0c2200000 rw-p 00000000 00:00 0 [heap]
Rss:                1024 kB
Pss:                1024 kB
Private_Dirty:      1024 kB
7f00c2000000-7f00c2200000 rw-p 00000000 00:00 0
Rss:                 512 kB
Pss:                 512 kB
Private_Dirty:       512 kB
"""


def test_each_mapping_counts_for_what_it_belongs_to() -> None:
    sizes = memory.mappings(SMAPS)
    assert sizes["OpenCV's libraries"] == {"Rss": 2.0, "Pss": 1.0, "Private_Dirty": 0.0}
    assert sizes["the heap"]["Rss"] == 1.0
    assert memory.total(sizes, "Rss") == 3.5


def test_this_process_has_memory() -> None:
    assert memory.total(memory.of_process(), "Rss") > 5
