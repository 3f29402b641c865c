"""The home's step: brokers that were found, one that is tried, and what Home Assistant will show."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edge.config import Config
from edge.errors import ConfigError, sentence_of
from edge.health.machine import read_machine
from edge.mqtt.discovery import components
from edge.sentences import Sentence
from edge.system import state
from edge.web.request_body import RefusedRequest, answers_errors, read_body, text_value
from edge.web.setup import trials
from edge.web.setup.passwords import PASSWORD_MAX_CHARS
from edge.web.setup.set_up import SetUp
from edge.web.turns import Turns, in_thread

# Where homes have their broker: on this machine, or on Home Assistant's.
USUAL_HOSTS = ("127.0.0.1", "homeassistant.local", "homeassistant")
# How long a host may take to answer, with the look-up of its name.
ANSWER_WITHIN_S = 2.5
HOST_MAX_CHARS, USERNAME_MAX_CHARS = 255, 1024
# Where an entity belongs in the preview: what it shows, what it does, or what the device says of itself.
SHOWN, CONTROL, DIAGNOSTIC = "shown", "control", "diagnostic"
_CONTROLS = ("select", "switch", "number", "text", "button")


class HomeApi:
    """Slow calls run in a thread pool, one broker at a time."""

    def __init__(self, set_up: SetUp) -> None:
        self._config, self._turns = set_up.config, Turns()

    def routes(self) -> list[Route]:
        return [
            Route("/api/setup/broker", self.brokers),
            Route("/api/setup/broker", self.try_broker, methods=["POST"]),
        ]

    @answers_errors
    async def brokers(self, _: Request) -> Response:
        found = await in_thread(brokers, self._config)
        return JSONResponse({"found": found, "entities": await in_thread(entities, self._config)})

    @answers_errors
    async def try_broker(self, request: Request) -> Response:
        body = await read_body(request)
        values: dict[str, Any] = {"host": text_value(body, "host", HOST_MAX_CHARS).strip()}
        values |= {key: body[key] for key in ("port", "tls") if body.get(key) is not None}
        if body.get("username") is not None:
            values["username"] = text_value(body, "username", USERNAME_MAX_CHARS)
        else:
            # A password without a user isn't allowed, and none is sent.
            values |= {"username": None, "password_file": None}
        password = text_value(body, "password", PASSWORD_MAX_CHARS) if body.get("password") is not None else None
        async with self._turns.one():
            text = await in_thread(self._try, values, password)
        return JSONResponse({"text": text})

    def _try(self, values: dict[str, Any], password: str | None) -> str:
        from edge.health.check.broker import broker

        try:
            config = trials.with_section(self._config, "mqtt", values)
        except ConfigError as error:
            raise RefusedRequest(422, sentence_of(error)) from None
        try:
            return broker(config, password=password).text
        except ConfigError as error:
            if "no broker answers" not in str(error):
                raise
            place = f"{config.mqtt.host}:{config.mqtt.port}"
            sentence = Sentence("no broker answers at {place}; check the name or address and the port", place=place)
            raise ConfigError(sentence) from None


def brokers(config: Config) -> list[str]:
    """The hosts where something answers on the broker's port: the configured one first, then the usual ones."""
    hosts = list(dict.fromkeys([*([config.mqtt.host] if config.mqtt.host else []), *USUAL_HOSTS]))
    pool = ThreadPoolExecutor(max(1, len(hosts)), thread_name_prefix="brokers")
    asked = {host: pool.submit(_answers, host, config.mqtt.port) for host in hosts}
    wait(asked.values(), timeout=ANSWER_WITHIN_S)
    # A name that is still being looked up holds nobody up.
    pool.shutdown(wait=False)
    return [host for host, answer in asked.items() if answer.done() and answer.result()]


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=ANSWER_WITHIN_S):
            return True
    except (OSError, UnicodeError):
        return False


def entities(config: Config) -> list[dict[str, str]]:
    """What Home Assistant will show of this device: {"id", "name", "platform", "group"}, in the table's order."""
    if config.mqtt.discovery == "off":
        return []
    temperature = read_machine(state.directory()).temperature is not None
    return [
        {
            "id": str(part["default_entity_id"]),
            "name": str(part["name"]),
            "platform": str(part["platform"]),
            "group": _group(part),
        }
        for part in components(config, temperature=temperature).values()
    ]


def _group(part: dict[str, Any]) -> str:
    if part.get("entity_category") == "diagnostic":
        return DIAGNOSTIC
    return CONTROL if part["platform"] in _CONTROLS else SHOWN
