"""The device's side of the broker: its topics, or for a replay only the word that it is offline."""

from __future__ import annotations

import logging
import socket
from functools import partial

from edge import __version__
from edge.config import Config
from edge.daemon.inbox import Inbox
from edge.errors import MoodroomError
from edge.health.board import board
from edge.health.machine import temperature
from edge.mqtt.absence import Absence
from edge.mqtt.device import MqttDevice
from edge.mqtt.discovery import discovery
from edge.mqtt.presence_sensor import PresenceSensor
from edge.mqtt.rooms.reports import RoomReports, unlisted
from edge.system.secrets import secret
from edge.values import PresenceReport
from edge.web.security.hosts import page_address

log = logging.getLogger(__name__)


def open_mqtt(config: Config, inbox: Inbox) -> MqttDevice | None:
    """The device's topics and commands; None without a broker."""
    mqtt = config.mqtt
    if mqtt.host is None:
        return None
    # A file that can't be read ends the start; later it is a problem until it can.
    _password(config)
    return MqttDevice(
        mqtt,
        device=config.device.id,
        password=partial(_password, config),
        on_command=inbox.post,
        on_problem=partial(inbox.problem, "mqtt"),
        sensor=_presence_sensor(config, inbox),
        rooms=_room_reports(config, inbox),
        home=discovery(
            config,
            version=__version__,
            temperature=temperature() is not None,
            board=board(),
            page=page_address(config.web, socket.gethostname()),
        ),
    )


def _presence_sensor(config: Config, inbox: Inbox) -> PresenceSensor | None:
    if config.mqtt.presence_topic is None:
        return None
    return PresenceSensor(
        config.mqtt.presence_topic,
        config.mqtt.presence_key,
        report=lambda present: inbox.post(PresenceReport(present)),
        problem=partial(inbox.problem, "presence sensor"),
    )


def _room_reports(config: Config, inbox: Inbox) -> RoomReports | None:
    others = [device for device in config.music.follow if device != config.device.id]
    if not others:
        return None
    if (wrong := unlisted(config.device.id, config.music.follow)) is not None:
        log.warning("%s", wrong)
    problem = partial(inbox.problem, "music.follow")
    return RoomReports(config.mqtt.base_topic, others, report=inbox.post, problem=problem)


def open_absence(config: Config) -> Absence | None:
    """For a replay that isn't published; None without a broker, or without the means to reach it."""
    if config.mqtt.host is None:
        return None
    try:
        return Absence(config.mqtt, device=config.device.id, password=_password(config))
    except MoodroomError:
        return None


def _password(config: Config) -> str | None:
    return secret("mqtt_password", config.mqtt.password_file) if config.mqtt.username is not None else None
