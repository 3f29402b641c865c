"""What a broker's refusals mean, each as one sentence that names the key to look at. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edge.errors import BrokerError
from edge.sentences import Sentence, TechnicalText, with_values
from edge.text import clean

# MQTT 5's reason codes that are acted on.
UNSUPPORTED_PROTOCOL, SESSION_TAKEN_OVER, SERVER_SHUTTING_DOWN = 0x84, 0x8E, 0x8B
NOT_AUTHORIZED, QUOTA_EXCEEDED, PACKET_TOO_LARGE = 0x87, 0x97, 0x95
RECEIVE_MAXIMUM_EXCEEDED, RETAIN_NOT_SUPPORTED, QOS_NOT_SUPPORTED = 0x93, 0x9A, 0x9B
WILDCARDS_NOT_SUPPORTED = 0xA2
# These pass by themselves.
PASSING = {0x88, 0x89, SERVER_SHUTTING_DOWN, 0x97, 0x9F}
_LOG = "see the broker's log"
_ELSEWHERE = Sentence("it asks for another server{server}; name that in mqtt.host")

_REFUSED: Mapping[int, Sentence] = {
    0x81: Sentence("it can't read the request to connect; see mqtt.port and mqtt.protocol"),
    0x82: Sentence("it takes the request to connect for wrong; see mqtt.protocol"),
    UNSUPPORTED_PROTOCOL: Sentence("it speaks neither MQTT 5 nor MQTT 3.1.1; see mqtt.protocol and mqtt.port"),
    0x85: Sentence("it doesn't take the client id {client_id}; set another one with mqtt.client_id"),
    0x86: Sentence("the user name or the password is wrong; see mqtt.username and its password"),
    NOT_AUTHORIZED: Sentence("this user may not connect, or the password is wrong; see mqtt.username and its password"),
    0x88: Sentence("it isn't available now; trying again"),
    0x89: Sentence("it is busy; trying again"),
    0x8A: Sentence("this device is banned; take it off the broker's list, or set another mqtt.client_id"),
    0x8C: Sentence(
        "it asks for a way to sign in that this device doesn't have; allow names with passwords on the broker"
    ),
    0x90: Sentence("it doesn't take the topic of the last will, {will}; see mqtt.base_topic"),
    PACKET_TOO_LARGE: Sentence(
        "the request to connect is larger than it takes; see mqtt.base_topic and mqtt.client_id"
    ),
    QUOTA_EXCEEDED: Sentence("a quota is used up; see its limits for mqtt.username, trying again"),
    0x99: Sentence("it doesn't take the last will's payload; see the broker's log"),
    RETAIN_NOT_SUPPORTED: Sentence("it takes no retained messages; allow them on the broker"),
    QOS_NOT_SUPPORTED: Sentence(
        "it doesn't take messages of this quality of service (QoS 1); allow them on the broker"
    ),
    0x9C: _ELSEWHERE,
    0x9D: _ELSEWHERE,
    0x9F: Sentence("there are too many connections in a short time; trying again"),
}
_ENDED: Mapping[int, str] = {
    0x81: "it couldn't read a message; see mqtt.protocol",
    0x82: "it takes a message for wrong; see mqtt.protocol",
    NOT_AUTHORIZED: "this device isn't allowed to do what it does; see its access list (ACL)",
    0x89: "it is busy; trying again",
    SERVER_SHUTTING_DOWN: "it shuts down; trying again",
    0x8D: "it heard nothing from this device; see the network, and mqtt.keepalive",
    0x8F: "it doesn't take a topic that this device subscribes to; see mqtt.base_topic and mqtt.presence_topic",
    0x90: "it doesn't take a topic that this device publishes to; see mqtt.base_topic",
    RECEIVE_MAXIMUM_EXCEEDED: "too many messages at a time; fewer are sent from now on",
    PACKET_TOO_LARGE: "a message is larger than it takes; raise its limit (Mosquitto: max_packet_size)",
    0x96: "too many messages in a short time; raise its limit",
    QUOTA_EXCEEDED: "a quota is used up; see its limits for this device",
    0x98: "its administrator ended it; see the broker's log",
    RETAIN_NOT_SUPPORTED: "it takes no retained messages; allow them on the broker",
    QOS_NOT_SUPPORTED: "it takes no messages of QoS 1; allow them on the broker",
    0x9C: _ELSEWHERE,
    0x9D: _ELSEWHERE,
    0x9F: "there are too many connections in a short time; trying again",
    WILDCARDS_NOT_SUPPORTED: "it takes no subscription with a wildcard; from now on there is one for each topic",
}
MAX_NAMED = 5


WRONG_PASSWORD = Sentence("The home refuses the device's name or password; enter them again in the settings.")
IN_PART = Sentence("The home takes only a part of what the device tells it; the settings say more.")


def joined(sentences: Iterable[str]) -> str | None:
    """Several problems in one line, with the plain sentence of the first; None for none."""
    every = list(sentences)
    if len(every) < 2:
        return every[0] if every else None
    first, text = every[0], "; also: ".join(every)
    return TechnicalText(text, first) if isinstance(first, Sentence) else text


def refused(code: int, name: str, *, client_id: str, will: str, said: str = "", server: str = "") -> str:
    """Why a broker refuses the connection. name: the code's in the standard. said, server: the broker's own words."""
    why = _REFUSED.get(code)
    if why is None:
        why = Sentence("{name}; see the broker's log", name=_words(name))
    elif "{" in why.code:
        why = with_values(why, client_id=client_id, will=will, server=_named(server))
    if said:
        sentence = Sentence(
            "mqtt: the broker refuses the connection: {why} (it says: {text})", why=why, text=clean(said, 200)
        )
    else:
        sentence = Sentence("mqtt: the broker refuses the connection: {why}", why=why)
    return TechnicalText(sentence, WRONG_PASSWORD if code in (0x86, NOT_AUTHORIZED) else BrokerError.plain)


def ended(code: int, name: str, broker: str, *, said: str = "", server: str = "") -> str:
    """Why a broker ended a connection."""
    text = _ENDED.get(code, _LOG).format(server=_named(server))
    words = f" (it says: {clean(said, 200)})" if said else ""
    return TechnicalText(f"mqtt: {broker} ended the connection ({_words(name)}): {text}{words}", BrokerError.plain)


def not_taken(code: int, name: str, topics: Iterable[str]) -> str:
    """That a broker doesn't take messages on these topics."""
    told = {"topics": listed(topics)}
    if code == NOT_AUTHORIZED:
        sentence = Sentence(
            "mqtt: the broker doesn't allow this device to publish to {topics}; see its access list (ACL)", **told
        )
    elif code == QUOTA_EXCEEDED:
        sentence = Sentence(
            "mqtt: the broker's quota is used up, so it didn't take {topics}; trying again, see its limits", **told
        )
    else:
        sentence = Sentence(
            "mqtt: the broker didn't take {topics} ({name}); trying again, see the broker's log",
            **told,
            name=_words(name),
        )
    return TechnicalText(sentence, IN_PART)


def not_subscribed(code: int, name: str, topics: Iterable[str]) -> str:
    """That a broker doesn't deliver these topics. 3.1.1 gives no reason but 0x80."""
    told = {"topics": listed(topics)}
    if code in (NOT_AUTHORIZED, 0x80):
        sentence = Sentence(
            "mqtt: the broker doesn't allow this device to subscribe to {topics}; see its access list (ACL)", **told
        )
    else:
        sentence = Sentence(
            "mqtt: the broker doesn't let this device subscribe to {topics} ({name}); trying again, see the broker's "
            "log",
            **told,
            name=_words(name),
        )
    return TechnicalText(sentence, IN_PART)


def too_large(limit: int, sizes: Mapping[str, int]) -> str:
    """That messages are left out, because the broker takes no packets of this size."""
    text = Sentence(
        "mqtt: the broker takes packets of up to {limit} bytes, so this isn't published: {topics}; raise its limit "
        "(Mosquitto: max_packet_size), or set mqtt.discovery to components or off",
        limit=limit,
        topics=listed(f"{topic} ({size} bytes)" for topic, size in sizes.items()),
    )
    return TechnicalText(text, IN_PART)


NO_RETAIN = TechnicalText(
    Sentence(
        "mqtt: the broker keeps no retained messages, so a home learns the device's state only when it changes; allow "
        "them on the broker"
    ),
    IN_PART,
)
NO_WILDCARDS = TechnicalText(
    Sentence(
        "mqtt: the broker takes no subscriptions with wildcards, so this device subscribes to each of its commands, "
        "and doesn't answer commands that don't exist; allow wildcards on the broker"
    ),
    IN_PART,
)
QOS_0_ONLY = TechnicalText(
    Sentence("mqtt: the broker takes messages of QoS 0 only, so some may be lost; allow QoS 1 on the broker"), IN_PART
)


def listed(names: Iterable[str]) -> str:
    """The names in one line: the first few, and how many more there are."""
    every = sorted(names)
    more = f" and {len(every) - MAX_NAMED} more" if len(every) > MAX_NAMED else ""
    return ", ".join(every[:MAX_NAMED]) + more


# OpenSSL's numbers for a certificate's faults.
_NOT_YET_VALID, _EXPIRED = 9, 10
# What Python 3.13 refuses and earlier versions took: a certificate authority without the extensions of RFC 5280.
_NEW_AUTHORITY = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=home -keyout ca.key -out ca.crt -addext "
    "keyUsage=critical,keyCertSign,cRLSign"
)
_STRICT_WORDS = ("key usage", "key identifier", "basic constraints")


def untrusted(code: int, message: str, broker: str) -> str:
    """Why a broker's certificate isn't accepted. code, message: OpenSSL's."""
    return TechnicalText(_untrusted(code, message, broker), BrokerError.plain)


def _untrusted(code: int, message: str, broker: str) -> Sentence:
    told = {"broker": broker, "reason": clean(message or "unknown reason", 200)}
    if code == _NOT_YET_VALID:
        return Sentence(
            "mqtt: the certificate of {broker} isn't trusted: {reason}; perhaps this device's clock is wrong, check it "
            "with `timedatectl`",
            **told,
        )
    if code == _EXPIRED:
        return Sentence(
            "mqtt: the certificate of {broker} isn't trusted: {reason}; renew it on the broker, or set this device's "
            "clock right",
            **told,
        )
    if any(word in told["reason"].lower() for word in _STRICT_WORDS):
        return Sentence(
            "mqtt: the certificate of {broker} isn't trusted: {reason}; Python 3.13 asks for this. Make the authority "
            "in mqtt.ca_file anew, for example by `{command}`, and sign the broker's certificate with it",
            **told,
            command=_NEW_AUTHORITY,
        )
    return Sentence("mqtt: the certificate of {broker} isn't trusted: {reason}; see mqtt.ca_file and mqtt.host", **told)


def _words(name: str) -> str:
    return clean(name, 80) or "no reason given"


def _named(server: str) -> str:
    return f", {clean(server, 200)}" if server else ""
