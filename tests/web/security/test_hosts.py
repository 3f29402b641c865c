"""The address at which other machines reach the page."""

from __future__ import annotations

from typing import Any

import pytest

from edge.config import WebConfig
from edge.web.security.hosts import Hosts, page_address


@pytest.mark.parametrize(
    ("web", "address"),
    [
        ({}, None),
        ({"enabled": True}, None),
        ({"enabled": True, "host": "localhost"}, None),
        ({"enabled": True, "host": "::1"}, None),
        ({"enabled": True, "allowed_hosts": ["room.example.org"]}, None),
        ({"host": "0.0.0.0"}, None),
        ({"enabled": True, "host": "0.0.0.0"}, "http://kitchen.local:8730"),
        ({"enabled": True, "host": "::", "port": 80}, "http://kitchen.local:80"),
        ({"enabled": True, "host": "192.168.1.20"}, "http://192.168.1.20:8730"),
        ({"enabled": True, "host": "fd00::5"}, "http://[fd00::5]:8730"),
        ({"enabled": True, "host": "pi.home"}, "http://pi.home:8730"),
    ],
)
def test_the_page_has_an_address_only_where_others_reach_it(web: dict[str, Any], address: str | None) -> None:
    config = WebConfig.model_validate(web)
    assert page_address(config, "kitchen") == address
    if address is not None:
        hosts = Hosts(config.host, hostname="kitchen", allowed=config.allowed_hosts)
        assert hosts.allow(address.removeprefix("http://"))


@pytest.mark.parametrize("hostname", ["localhost", "", "a b", "host\n", "-"])
def test_a_machine_without_a_name_of_its_own_has_no_address(hostname: str) -> None:
    assert page_address(WebConfig(enabled=True, host="::"), hostname) is None
