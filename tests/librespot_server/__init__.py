"""A simulated go-librespot: its API and its events, held against its specification, in simulated time."""

from tests.librespot_server.memory import MemoryApi, MemoryEvents
from tests.librespot_server.world import Librespot

__all__ = ["Librespot", "MemoryApi", "MemoryEvents"]
