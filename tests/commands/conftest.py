"""Fixtures of the tests of `moodroom library`."""

from tests.library.fixtures import account, login, opened, server, table, world

__all__ = ["account", "login", "opened", "server", "table", "world"]
