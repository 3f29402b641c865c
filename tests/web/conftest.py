"""Fixtures of the page's tests."""

from __future__ import annotations

from tests.web.served import password_line, serve

__all__ = ["password_line", "serve"]
