"""A simulated Spotify Web API over real HTTP, in simulated time."""

from tests.spotify_server.contract import Contract, contract_file
from tests.spotify_server.server import Server
from tests.spotify_server.world import Device, Executed, World

__all__ = ["Contract", "Device", "Executed", "Server", "World", "contract_file"]
