"""The configuration as frozen, validated values; `file.py` reads it."""

from __future__ import annotations

from edge.config.basis import ValidationInfo, field_validator, model_validator
from edge.config.choices import NOTHING, SPOTIFY_KINDS, Choice, Profile, several
from edge.config.device import DeviceConfig
from edge.config.fields import Section
from edge.config.journal import JournalConfig
from edge.config.library import LibraryConfig
from edge.config.mqtt import MqttConfig
from edge.config.music import TAKEOVERS, LiftConfig, MusicConfig
from edge.config.players import GoLibrespotConfig, MpdConfig, MusicAssistantConfig, SpotifyConfig
from edge.config.times import DAYS, QuietHours, ScheduledProfile, TimeSpan
from edge.config.vision import CameraConfig, MoodConfig, ScheduleConfig, VisionConfig
from edge.config.web import WebConfig
from edge.sentences import Sentence

__all__ = [
    "DAYS",
    "NOTHING",
    "SPOTIFY_KINDS",
    "TAKEOVERS",
    "CameraConfig",
    "Choice",
    "Config",
    "DeviceConfig",
    "GoLibrespotConfig",
    "JournalConfig",
    "LibraryConfig",
    "LiftConfig",
    "MoodConfig",
    "MpdConfig",
    "MqttConfig",
    "MusicAssistantConfig",
    "MusicConfig",
    "Profile",
    "QuietHours",
    "ScheduleConfig",
    "ScheduledProfile",
    "Section",
    "SpotifyConfig",
    "TimeSpan",
    "VisionConfig",
    "WebConfig",
    "several",
]


class Config(Section):
    """The whole configuration; each section may be left out."""

    device: DeviceConfig = DeviceConfig()
    camera: CameraConfig = CameraConfig()
    vision: VisionConfig = VisionConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    mood: MoodConfig = MoodConfig()
    music: MusicConfig = MusicConfig()
    spotify: SpotifyConfig = SpotifyConfig()
    mpd: MpdConfig = MpdConfig()
    music_assistant: MusicAssistantConfig = MusicAssistantConfig()
    go_librespot: GoLibrespotConfig = GoLibrespotConfig()
    mqtt: MqttConfig = MqttConfig()
    web: WebConfig = WebConfig()
    journal: JournalConfig = JournalConfig()
    library: LibraryConfig = LibraryConfig()

    @field_validator("vision")
    @classmethod
    def _faces_fit_the_picture(cls, vision: VisionConfig, info: ValidationInfo) -> VisionConfig:
        most = info.data.get("camera", CameraConfig()).width // 4
        if vision.min_face > most:
            raise ValueError(
                Sentence(
                    "min_face: must be at most {limit}, a quarter of camera.width, not {value}",
                    limit=most,
                    value=vision.min_face,
                )
            )
        return vision

    @field_validator("mqtt")
    @classmethod
    def _sensor_is_another_device(cls, mqtt: MqttConfig, info: ValidationInfo) -> MqttConfig:
        device = info.data.get("device", DeviceConfig())
        if mqtt.presence_topic is not None and mqtt.presence_topic.startswith(f"{mqtt.base_topic}/{device.id}/"):
            raise ValueError(
                Sentence(
                    "presence_topic: {topic} is this device's own topic; name the sensor's", topic=mqtt.presence_topic
                )
            )
        return mqtt

    @model_validator(mode="after")
    def _music_follows_over_mqtt(self) -> Config:
        if self.music.follow and self.mqtt.host is None:
            raise ValueError(
                Sentence("music.follow: needs the broker that all of its devices use; name it in mqtt.host")
            )
        if set(self.music.follow) == {self.device.id}:
            raise ValueError(Sentence("music.follow: names only this device; add the ids of the other rooms' devices"))
        return self
