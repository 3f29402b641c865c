"""A simulated Music Assistant: a world with speakers, queues, music and people, in simulated time, behind a link."""

from tests.mass_server.link import MemoryLink
from tests.mass_server.world import Mass

__all__ = ["Mass", "MemoryLink"]
