"""Fixtures of the library's tests."""

from tests.library.fixtures import account, happy_library, login, opened, retrier, server, store, table, web, world

__all__ = ["account", "happy_library", "login", "opened", "retrier", "server", "store", "table", "web", "world"]
