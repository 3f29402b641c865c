"""A simulated Spotify Web API over real HTTP, whose time is the test's own."""

from tests.spotify_server.contract import Contract, contract_file
from tests.spotify_server.server import Server
from tests.spotify_server.world import Device, Executed, World

__all__ = ["Contract", "Device", "Executed", "Server", "World", "contract_file"]
