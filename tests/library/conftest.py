"""Fixtures of the library's tests."""

from tests.library.fixtures import account, login, opened, retrier, server, store, table, web, world

__all__ = ["account", "login", "opened", "retrier", "server", "store", "table", "web", "world"]
