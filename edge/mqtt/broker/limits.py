"""What a broker takes, as its CONNACK and its refusals say. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from edge.mqtt import reasons
from edge.mqtt.topics import QOS

# As many messages are on their way at a time, unless the broker takes fewer.
MAX_IN_FLIGHT = 20


@dataclass(frozen=True)
class Limits:
    """What a broker takes. packet_bytes: of a whole packet; None for no limit."""

    packet_bytes: int | None = None
    in_flight: int = MAX_IN_FLIGHT
    retain: bool = True
    qos: int = QOS
    wildcards: bool = True

    def told(self, connack: Any) -> Limits:
        """Within these limits and what a CONNACK's properties say."""
        return replace(
            self,
            packet_bytes=getattr(connack, "MaximumPacketSize", None),
            in_flight=min(self.in_flight, getattr(connack, "ReceiveMaximum", MAX_IN_FLIGHT)),
            retain=self.retain and bool(getattr(connack, "RetainAvailable", 1)),
            qos=min(self.qos, getattr(connack, "MaximumQoS", QOS)),
            wildcards=self.wildcards and bool(getattr(connack, "WildcardSubscriptionAvailable", 1)),
        )

    def learned(self, code: int) -> Limits:
        """Within these limits and what a refusal says. code: its reason code."""
        if code == reasons.RETAIN_NOT_SUPPORTED:
            return replace(self, retain=False)
        if code == reasons.QOS_NOT_SUPPORTED:
            return replace(self, qos=0)
        if code == reasons.WILDCARDS_NOT_SUPPORTED:
            return replace(self, wildcards=False)
        return replace(self, in_flight=1) if code == reasons.RECEIVE_MAXIMUM_EXCEEDED else self

    def problems(self) -> list[str]:
        """What doesn't work within these limits, one sentence each."""
        sentences: list[str] = []
        if not self.retain:
            sentences.append(reasons.NO_RETAIN)
        if self.qos < QOS:
            sentences.append(reasons.QOS_0_ONLY)
        return sentences
