"""The configuration as frozen, validated values. Reading the file is `config_file.py`'s work."""

from __future__ import annotations

from edge.config.device import DeviceConfig
from edge.config.kinds import Section
from edge.config.looking import CameraConfig, MoodConfig, ScheduleConfig, VisionConfig
from edge.config.mqtt import MqttConfig
from edge.config.music import NOTHING, SPOTIFY_KINDS, Choice, MusicConfig
from edge.config.players import MpdConfig, SpotifyConfig
from edge.config.web import WebConfig

__all__ = [
    "NOTHING",
    "SPOTIFY_KINDS",
    "CameraConfig",
    "Choice",
    "Config",
    "DeviceConfig",
    "MoodConfig",
    "MpdConfig",
    "MqttConfig",
    "MusicConfig",
    "ScheduleConfig",
    "Section",
    "SpotifyConfig",
    "VisionConfig",
    "WebConfig",
]


class Config(Section):
    """The whole file; each section may be left out."""

    device: DeviceConfig = DeviceConfig()
    camera: CameraConfig = CameraConfig()
    vision: VisionConfig = VisionConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    mood: MoodConfig = MoodConfig()
    music: MusicConfig = MusicConfig()
    spotify: SpotifyConfig = SpotifyConfig()
    mpd: MpdConfig = MpdConfig()
    mqtt: MqttConfig = MqttConfig()
    web: WebConfig = WebConfig()
