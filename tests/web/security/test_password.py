"""The password file, sessions, guesses and host names, without a server."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.config import WebConfig
from edge.errors import ConfigError
from edge.web.security import password
from edge.web.security.hosts import Hosts, is_loopback, is_reachable, same_site
from edge.web.security.sessions import GUESS_WINDOW_S, MAX_GUESSES, MAX_SESSIONS, Guesses, Sessions
from tests.conftest import Moodroom


def test_the_command_writes_a_hash_that_only_its_owner_can_read(moodroom: Moodroom, state_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "edge", "web", "password"],
        input="correct horse battery\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    file = state_folder / "web_password"
    assert str(file) in done.stdout
    assert "correct horse" not in done.stdout + done.stderr + file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    line = password.read(WebConfig())
    assert line is not None
    assert password.matches("correct horse battery", line)
    assert not password.matches("correct horse batterie", line)
    _, n, r, p, salt, found = line.split("$")
    again = hashlib.scrypt(
        b"correct horse battery", salt=b64decode(salt), n=int(n), r=int(r), p=int(p), maxmem=2**26, dklen=32
    )
    assert again == b64decode(found)
    short = moodroom("web", "password")
    assert short.returncode == 2
    assert "8 to 1000 characters" in short.stderr


@pytest.mark.parametrize(
    "text", ["", "correct horse", "scrypt$1$8$1$AA==$AA==", "scrypt$99999999$8$1$AA==$AA==", "a$b"]
)
def test_a_file_without_a_hash_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "page"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="moodroom web password"):
        password.read(WebConfig(password_file=str(file)))


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    config = WebConfig(password_file=str(tmp_path / "page"))
    password.write(config, "correct horse battery").chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        password.read(config)
    with pytest.raises(ConfigError, match="there is no file"):
        password.read(WebConfig(password_file=str(tmp_path / "other")))


@pytest.mark.parametrize(
    "web", [{"host": "0.0.0.0"}, {"host": "::"}, {"host": "192.168.1.5"}, {"allowed_hosts": ["room.example.org"]}]
)
def test_a_page_that_other_machines_reach_needs_a_code_or_a_password(web: dict[str, object]) -> None:
    assert is_reachable(WebConfig.model_validate(web))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.9.1"])
def test_a_local_page_needs_neither(host: str) -> None:
    assert not is_reachable(WebConfig(host=host))


@pytest.mark.parametrize("name", ["http://room", "room:8730", "", "ro om", "*.example.org", "-room"])
def test_allowed_hosts_are_plain_names(name: str) -> None:
    with pytest.raises(ValueError, match="must be a plain name"):
        WebConfig(allowed_hosts=(name,))


def test_a_proxy_is_one_plain_address() -> None:
    for one in ("127.0.0.1", "::1"):
        assert str(WebConfig.model_validate({"proxy": one}).proxy) == one
    for wrong in ("*", "127.0.0.1:80", "10.0.0.0/8", "proxy.example.org", ""):
        with pytest.raises(ValueError, match="not a valid IPv4 or IPv6 address"):
            WebConfig.model_validate({"proxy": wrong})
    with pytest.raises(ValueError, match="must be one address"):
        WebConfig.model_validate({"proxy": 5})


def test_sessions_expire_and_are_limited() -> None:
    sessions = Sessions("line", lifetime_s=100.0, file=None)
    first = sessions.open(0.0)
    assert sessions.valid(first, 99.0)
    assert not sessions.valid(first, 100.0)
    assert not sessions.valid(None, 0.0)
    assert not sessions.valid("", 0.0)
    for _ in range(MAX_SESSIONS):
        newest = sessions.open(1.0)
    assert not sessions.valid(first, 1.0)
    assert sessions.valid(newest, 1.0)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"for": 1}', '{"for": "x", "ends": []}', "\x00"])
def test_a_damaged_session_file_means_nobody_is_signed_in(tmp_path: Path, text: str) -> None:
    file = tmp_path / "web_sessions"
    file.write_text(text)
    sessions = Sessions("line", lifetime_s=100.0, file=file)
    assert sessions.valid(sessions.open(0.0), 1.0)


def test_sessions_work_without_a_writable_file(tmp_path: Path) -> None:
    sessions = Sessions("line", lifetime_s=100.0, file=tmp_path / "file" / "web_sessions")
    (tmp_path / "file").write_text("in the way")
    assert sessions.valid(sessions.open(0.0), 1.0)


@given(st.lists(st.floats(0, 2000), max_size=60))
@settings(max_examples=50, deadline=None)
def test_guesses_per_address_are_limited(times: list[float]) -> None:
    guesses, let_through = Guesses(), []
    for at in sorted(times):
        if guesses.wait("phone", at) == 0:
            guesses.wrong("phone", at)
            let_through.append(at)
    for at in let_through:
        assert sum(at <= other < at + GUESS_WINDOW_S for other in let_through) <= MAX_GUESSES


def test_guesses_of_all_addresses_together_are_limited() -> None:
    guesses = Guesses()
    for n in range(30):
        assert guesses.wait(f"address {n}", 1.0) == 0
        guesses.wrong(f"address {n}", 1.0)
    assert guesses.wait("a new one", 1.0) > 0
    guesses.right("address 0")
    assert guesses.wait("a new one", 1.0) == 0


def test_bound_to_all_addresses_any_bare_address_is_accepted_but_no_name() -> None:
    hosts = Hosts("0.0.0.0", hostname="pi")
    for good in ("192.168.1.5", "192.168.1.5:8730", "[fe80::1]:8730", "pi.local", "localhost:8730"):
        assert hosts.allow(good), good
    for bad in (
        None,
        "",
        "evil.example",
        "192.168.1.5.evil.example",
        "0x7f000001",
        "pi.local.evil.example",
        "[",
        "a:b:c",
    ):
        assert not hosts.allow(bad), bad
    assert not Hosts("127.0.0.1", hostname="pi").allow("192.168.1.5")


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_header_raises_an_error(origin: str, host: str) -> None:
    Hosts("0.0.0.0", hostname="pi").allow(host)
    assert isinstance(same_site(origin, host), bool)
    assert isinstance(is_loopback(host), bool)
    assert same_site("http://room:1", "Room:1")
    assert not same_site("http://room:1", "room:2")
