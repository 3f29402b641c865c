"""`ServerConnection`: signs in, sends commands, and sorts what comes back into answers and events."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from edge.players.music_assistant.errors import (
    ServerLostError,
    TokenError,
    UnreadableServerError,
    check_schema,
    refused,
    token_missing,
)
from edge.players.music_assistant.messages import (
    SCHEMA_WITH_TOKEN,
    CommandAnswer,
    CommandRefusal,
    ServerEvent,
    ServerInfo,
    command_text,
    parse_message,
)
from edge.players.websocket_link import Link

ANSWER_TIMEOUT_S = 5.0
# So many messages are read in one go, and so many events wait; after more, everything is read anew.
MESSAGES_MAX, EVENTS_MAX = 500, 1000
PARTS_MAX = 100


class ServerConnection:
    """One connection at a time; used by one thread. Its methods raise MusicAssistantError.

    generation: counts the connections so far. events_lost: more events came than could be kept.
    """

    def __init__(self, open_link: Callable[[], Link], *, token: str | None, timeout: float = ANSWER_TIMEOUT_S) -> None:
        """open_link: connects. token: shown to servers that ask for one. timeout: seconds for each answer."""
        self._open_link, self._token, self._timeout = open_link, token, timeout
        self._link: Link | None = None
        self._next_id = 0
        # The commands that somebody waits for, with what has come so far.
        self._awaited: dict[str, CommandAnswer | CommandRefusal | None] = {}
        self._parts: dict[str, list[Any]] = {}
        self._events: deque[ServerEvent] = deque(maxlen=EVENTS_MAX)
        self.generation = 0
        self.events_lost = False
        self.info: ServerInfo | None = None

    @property
    def connected(self) -> bool:
        return self._link is not None

    def connect(self) -> None:
        """Connect and sign in, if that isn't done."""
        if self._link is not None:
            return
        self._link = self._open_link()
        self._awaited, self._parts, self.events_lost = {}, {}, False
        self._events.clear()
        try:
            self.info = self._greeting()
            check_schema(self.info)
            if (missing := token_missing(self.info, self._token)) is not None:
                raise missing
            if self.info.schema >= SCHEMA_WITH_TOKEN:
                self.call("auth", token=self._token)
        except Exception:
            self.close()
            raise
        self.generation += 1

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def send(self, command: str, **args: Any) -> str:
        """Send a command. Returns its id, by which `answer` finds what came back."""
        self.connect()
        self._next_id += 1
        message_id = f"moodroom-{self._next_id}"
        self._awaited[message_id] = None
        self._guarded(lambda link: link.send(command_text(message_id, command, args)))
        return message_id

    def answer(self, message_id: str, timeout: float = 0.0) -> CommandAnswer | CommandRefusal | None:
        """Return what came back, and forget it; None if nothing has come within so many seconds."""
        deadline = time.monotonic() + timeout
        while self._awaited.get(message_id) is None:
            if not self._receive(max(0.0, deadline - time.monotonic())):
                return None
            if self._link is None or message_id not in self._awaited:
                raise ServerLostError("music_assistant: the connection broke; connecting again", retry_after=1)
        return self._awaited.pop(message_id)

    def call(self, command: str, *, about: str = "", **args: Any) -> Any:
        """Send a command, wait for its answer and return the result. about: the music that it is to play."""
        message_id = self.send(command, **args)
        answer = self.answer(message_id, self._timeout)
        if answer is None:
            self._awaited.pop(message_id, None)
            raise ServerLostError(
                f"music_assistant: {command} wasn't answered within {self._timeout:g} s; trying again", retry_after=2
            )
        return self.result(answer, about=about)

    def result(self, answer: CommandAnswer | CommandRefusal, *, about: str = "") -> Any:
        """Return the result of an answer. Raises what a refusal stands for; a refused token ends the connection."""
        if isinstance(answer, CommandAnswer):
            return answer.result
        error = refused(answer, about=about)
        if isinstance(error, TokenError):
            self.close()
        raise error

    def poll(self) -> bool:
        """Read what has come, without waiting. Returns whether events are there to be taken."""
        for _ in range(MESSAGES_MAX):
            if self._link is None or not self._receive(0.0):
                break
        return bool(self._events) or self.events_lost

    def take_events(self) -> list[ServerEvent]:
        """Return the events since the last call, and forget them."""
        events = list(self._events)
        self._events.clear()
        return events

    def _greeting(self) -> ServerInfo:
        deadline = time.monotonic() + self._timeout
        while (left := deadline - time.monotonic()) > 0:
            text = self._guarded(lambda link: link.receive(left))
            if text is None:
                break
            message = self._parsed(text)
            if isinstance(message, ServerInfo):
                return message
        raise UnreadableServerError(
            "music_assistant: what answers doesn't introduce itself as Music Assistant; check music_assistant.host and "
            "port"
        )

    def _receive(self, timeout: float) -> bool:
        """Take in one message. Returns False if none has come."""
        text = self._guarded(lambda link: link.receive(timeout))
        if text is None:
            return False
        message = self._parsed(text)
        if isinstance(message, ServerEvent):
            self.events_lost |= len(self._events) == EVENTS_MAX
            self._events.append(message)
        elif isinstance(message, CommandRefusal) and message.id not in self._awaited:
            # Not about a command: the server ends the connection, and says why.
            if not message.id.startswith("moodroom-"):
                self.close()
                raise refused(message)
        elif isinstance(message, CommandRefusal):
            self._awaited[message.id] = message
        elif isinstance(message, CommandAnswer) and message.id in self._awaited:
            self._take_part(message)
        return True

    def _take_part(self, message: CommandAnswer) -> None:
        """A large list comes in parts, of which only the last one isn't marked as partial."""
        parts = self._parts.setdefault(message.id, [])
        if message.partial and isinstance(message.result, list) and len(parts) < PARTS_MAX * 500:
            parts.extend(message.result)
        elif not message.partial:
            del self._parts[message.id]
            result = [*parts, *message.result] if parts and isinstance(message.result, list) else message.result
            self._awaited[message.id] = CommandAnswer(message.id, result)

    def _parsed(self, text: str | bytes) -> Any:
        try:
            return parse_message(text)
        except ValueError:
            self.close()
            raise UnreadableServerError(
                "music_assistant: the server's message can't be read; check music_assistant.host and port"
            ) from None

    def _guarded(self, use: Callable[[Link], Any]) -> Any:
        """Use the link; one that breaks is closed."""
        link = self._link
        if link is None:
            raise ServerLostError("music_assistant: not connected; connecting again", retry_after=1)
        try:
            return use(link)
        except Exception:
            self.close()
            raise
