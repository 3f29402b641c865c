"""What opens the page: the household's password; until there is one, the set-up code; or nothing, on this machine."""

from __future__ import annotations

import time
from pathlib import Path

from edge.config import WebConfig
from edge.web.security import password
from edge.web.security.basic import Basic
from edge.web.security.code import SetUpCode
from edge.web.security.gate import Gate
from edge.web.security.sessions import Sessions


class Access:
    """Keeps the gate's sessions in step with the password, which may be set while the page is served.

    password_line: the password's hash, None for no password. code: None once there is a password, and where everybody
    who reaches the page may use it. session_s: how long a session lasts.
    """

    def __init__(
        self,
        gate: Gate,
        config: WebConfig,
        *,
        password_line: str | None,
        sessions_file: Path | None,
        code: SetUpCode | None,
    ) -> None:
        self._gate, self._config, self._file = gate, config, sessions_file
        self.session_s = config.session
        self.code: SetUpCode | None = None
        self.password_line: str | None = None
        if password_line is not None:
            self._use(password_line)
        elif code is not None:
            self.code = code
            gate.sessions = Sessions(code.session_key(), lifetime_s=config.session, file=sessions_file)

    def set_password(self, new: str) -> None:
        """Store the household's password, and ask for it from now on; all sessions end. Raises ConfigError."""
        password.write(self._config, new)
        line = password.read(self._config)
        if line is not None:
            self._use(line)

    def _use(self, line: str) -> None:
        self.password_line, self.code = line, None
        self._gate.sessions = Sessions(line, lifetime_s=self._config.session, file=self._file)
        self._gate.basic = Basic(line, clock=time.monotonic)
