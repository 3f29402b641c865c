"""scripts/package, run for real: the Debian package is installed into a folder, and removed again."""

from __future__ import annotations

import csv
import gzip
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from edge.web.security.code import ALPHABET
from tests.scripts.test_install import with_the_page_on

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("DEB")},
    "MOODROOM_PYTHON": sys.executable,
    "MOODROOM_PIP_OPTIONS": "--no-deps",
    "MOODROOM_WITHOUT_DETECTOR": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
MAINTAINER = "Smith & Sons | Co <smith@example.org>"
needs_dpkg = pytest.mark.skipif(
    shutil.which("dpkg-deb") is None or os.geteuid() != 0, reason="needs dpkg, and root to install"
)


def run(*command: str | Path, code: int = 0, **more: str) -> str:
    done = subprocess.run(
        [*map(str, command)],
        env=ENVIRONMENT | more,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        umask=0o077,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr if code else done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package of this machine's release, without the packages that it needs."""
    return Path(
        run(
            ROOT / "scripts" / "package", "deb", "--out", tmp_path_factory.mktemp("dist"), "--maintainer", MAINTAINER
        ).strip()
    )


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that dpkg takes for a system; maintainer scripts run outside, with DPKG_ROOT."""
    folder = tmp_path / "root"
    for part in ("info", "updates"):
        (folder / "var/lib/dpkg" / part).mkdir(parents=True)
    for part in ("status", "available"):
        (folder / "var/lib/dpkg" / part).touch()
    (folder / "etc").mkdir()
    yield folder
    shutil.rmtree(folder)


def dpkg(root: Path, *arguments: str | Path) -> None:
    run("dpkg", f"--root={root}", "--force-script-chrootless", "--force-depends", *arguments)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def as_the_script_leaves_it(root: Path) -> None:
    write(root / "etc/moodroom/config.yaml", "device: {id: kitchen}\n")
    write(root / "etc/moodroom/credentials/mqtt_password", "secret\n")
    write(root / "var/lib/moodroom/settings", "state\n")
    write(root / "opt/moodroom/env-abc/bin/moodroom", "")
    write(root / "opt/moodroom/models/face_detection_yunet_2023mar.onnx", "")
    write(root / "opt/moodroom/with", "library\n")
    (root / "opt/moodroom/current").symlink_to("env-abc")
    write(root / "usr/local/bin/moodroom", (ROOT / "scripts" / "moodroom").read_text())
    write(root / "etc/systemd/system/moodroom.service", (ROOT / "systemd" / "moodroom.service").read_text())
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir()
    (wants / "moodroom.service").symlink_to("/etc/systemd/system/moodroom.service")


def kept(root: Path) -> bool:
    return (
        "kitchen" in (root / "etc/moodroom/config.yaml").read_text()
        and (root / "etc/moodroom/credentials/mqtt_password").read_text() == "secret\n"
        and (root / "var/lib/moodroom/settings").read_text() == "state\n"
    )


def with_another_configuration(package: Path, root: Path) -> Path:
    unpacked, newer = root / "unpacked", root / "newer.deb"
    run("dpkg-deb", "-R", str(package), str(unpacked))
    for name, old, new in (("DEBIAN/control", "\nVersion: ", "\nVersion: 9"), ("opt/moodroom/config.yaml", "", "")):
        text = (unpacked / name).read_text()
        (unpacked / name).write_text(text.replace(old, new) if old else text + "# newer\n")
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", str(unpacked), str(newer))
    shutil.rmtree(unpacked)
    return newer


@needs_dpkg
@pytest.mark.slow
def test_a_package_in_a_clean_system(package: Path, root: Path) -> None:
    assert run("dpkg-deb", "--field", package, "Maintainer") == f"{MAINTAINER}\n"
    dpkg(root, "--install", package)
    config = root / "etc/moodroom/config.yaml"
    assert config.read_text() == with_the_page_on((ROOT / "config.yaml").read_text())
    assert "<port>8730</port>" in (root / "etc/avahi/services/moodroom.service").read_text()
    groups = [line.split(":") for line in (root / "etc/group").read_text().splitlines()]
    gid = next(int(number) for name, _, number, _ in groups if name == "moodroom")
    users = [line.split(":") for line in (root / "etc/passwd").read_text().splitlines()]
    uid = next(int(number) for name, _, number, *_ in users if name == "moodroom")
    assert (stat.S_IMODE(config.stat().st_mode), config.stat().st_uid, config.stat().st_gid) == (0o640, uid, gid)
    # The service may replace what it owns in the folder, and nothing else.
    assert stat.S_IMODE(config.parent.stat().st_mode) == 0o1775 and config.parent.stat().st_uid == 0
    assert stat.S_IMODE((root / "etc/moodroom/credentials").stat().st_mode) == 0o700
    assert {name for name, _, _, members in groups if members == "moodroom"} == {"video", "render"}
    assert (root / "etc/systemd/system/multi-user.target.wants/moodroom.service").is_symlink()
    assert "@ROOT@" not in (root / "usr/bin/moodroom").read_text()
    program = root / "opt/moodroom/current/bin/moodroom"
    assert program.read_text().startswith("#!/opt/moodroom/env/bin/python3\n")
    assert "include-system-site-packages = true" in (root / "opt/moodroom/env/pyvenv.cfg").read_text()
    site = next((root / "opt/moodroom/env/lib").glob("python3.*/site-packages"))
    said = run(sys.executable, "-c", "import edge; print(edge.__version__, edge.__file__)", PYTHONPATH=str(site))
    version, file = said.split()
    assert Path(file).is_relative_to(site)
    assert gzip.decompress((root / "usr/share/doc/moodroom/changelog.gz").read_bytes()).startswith(
        f"moodroom ({version}+".encode()
    )
    assert b"Moodroom" in next(site.glob("edge/__pycache__/__init__.*.pyc")).read_bytes()
    assert str(package.parent) not in "".join(path.read_text() for path in site.glob("moodroom-*.dist-info/*.json"))

    # What isn't there would have a sum that differs from build to build.
    for record in site.glob("*.dist-info/RECORD"):
        assert not [name for name, *_ in csv.reader(record.read_text().splitlines()) if not (site / name).exists()], (
            record
        )

    write(root / "etc/moodroom/credentials/mqtt_password", "secret\n")
    write(root / "var/lib/moodroom/settings", "state\n")
    config.write_text(config.read_text().replace("id: moodroom ", "id: kitchen  "))
    # dpkg would ask about a conffile, and fail where nobody answers.
    newer = with_another_configuration(package, root)
    dpkg(root, "--install", newer)
    assert kept(root)
    assert (config.parent / "config.yaml.dpkg-dist").read_text().endswith("# newer\n")
    dpkg(root, "--remove", "moodroom")
    assert kept(root)
    assert not (root / "opt/moodroom").exists()
    assert not (root / "usr/bin/moodroom").exists()
    dpkg(root, "--purge", "moodroom")
    for gone in ("etc/moodroom", "var/lib/moodroom", "etc/systemd/system/multi-user.target.wants/moodroom.service"):
        assert not os.path.lexists(root / gone), gone
    assert "moodroom" not in (root / "etc/passwd").read_text() + (root / "etc/group").read_text()


def with_a_conffile(folder: Path) -> Path:
    """A package as it was at first, as far as its configuration goes."""
    write(folder / "etc/moodroom/config.yaml", "device: {id: shipped}\n")
    write(folder / "opt/moodroom/README.md", "")
    write(folder / "DEBIAN/conffiles", "/etc/moodroom/config.yaml\n")
    write(
        folder / "DEBIAN/control",
        "Package: moodroom\nVersion: 0.1\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: a\n",
    )
    for place in (folder, *folder.rglob("*")):
        place.chmod(0o755 if place.is_dir() else 0o644)
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", folder, folder.with_suffix(".deb"))
    return folder.with_suffix(".deb")


@needs_dpkg
@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "fails"), [(False, False), (True, True)], ids=["unchanged", "changed, at the second try"]
)
def test_an_update_of_a_package_whose_configuration_was_a_conffile(
    package: Path, root: Path, changed: bool, fails: bool
) -> None:
    dpkg(root, "--install", with_a_conffile(root / "older"))
    config = root / "etc/moodroom/config.yaml"
    mine = "device: {id: kitchen}\n" if changed else config.read_text()
    config.write_text(mine)
    if fails:
        # Cut off, as on a full card: dpkg has unpacked a part of it by then.
        half = root / "half.deb"
        half.write_bytes(package.read_bytes()[: -package.stat().st_size // 10])
        with pytest.raises(AssertionError, match="moodroom"):
            dpkg(root, "--install", half)
        assert config.read_text() == mine
    dpkg(root, "--install", package)
    shipped = with_the_page_on((ROOT / "config.yaml").read_text())
    assert config.read_text() == (mine if changed else shipped)
    beside = {path.name: path.read_text() for path in config.parent.iterdir() if path.is_file() and path != config}
    assert beside == ({"config.yaml.dpkg-dist": shipped} if changed else {})
    known = run("dpkg-query", f"--admindir={root}/var/lib/dpkg", "-W", "-f", "${Conffiles}", "moodroom")
    assert "/etc/avahi/services/moodroom.service" in known
    assert "config.yaml" not in known and "obsolete" not in known


@needs_dpkg
@pytest.mark.slow
def test_a_package_over_what_the_script_installed(package: Path, root: Path) -> None:
    as_the_script_leaves_it(root)
    dpkg(root, "--install", package)
    assert kept(root)
    assert sorted(path.name for path in (root / "opt/moodroom").iterdir()) == [
        "README.md",
        "config.yaml",
        "current",
        "env",
        "jetson.conf",
    ]
    assert os.readlink(root / "opt/moodroom/current") == "env"
    assert not (root / "usr/local/bin/moodroom").exists()
    assert not (root / "etc/systemd/system/moodroom.service").exists()
    link = root / "etc/systemd/system/multi-user.target.wants/moodroom.service"
    assert os.readlink(link).endswith("/lib/systemd/system/moodroom.service")


@needs_dpkg
@pytest.mark.slow
def test_a_disabled_service_stays_disabled_and_a_script_s_installation_survives_a_purge(
    package: Path, root: Path
) -> None:
    as_the_script_leaves_it(root)
    link = root / "etc/systemd/system/multi-user.target.wants/moodroom.service"
    link.unlink()
    dpkg(root, "--install", package)
    assert not os.path.lexists(link)
    dpkg(root, "--remove", "moodroom")
    as_the_script_leaves_it_again = root / "etc/systemd/system/moodroom.service"
    write(as_the_script_leaves_it_again, (ROOT / "systemd" / "moodroom.service").read_text())
    dpkg(root, "--purge", "moodroom")
    # dpkg itself removes the configuration that it knows.
    assert (root / "etc/moodroom/credentials/mqtt_password").exists()
    assert (root / "var/lib/moodroom/settings").exists()


def test_the_documented_line_installs_the_package_that_was_just_built() -> None:
    """With an older package in dist/, apt would take the wrong one of those that a pattern matches."""
    text = (ROOT / "docs/install.md").read_text()
    assert 'sudo apt install "$(scripts/package deb)"' in text
    assert not re.search(r"apt install \S*\*", text)


@needs_dpkg
@pytest.mark.parametrize(
    ("version", "older"), [("0.3.0", "0.3.0rc1"), ("0.3.0rc1", "0.3.0b2.dev1"), ("0.3.0.post1", "0.3.0")]
)
def test_a_pre_release_is_older_than_its_release(version: str, older: str) -> None:
    function = re.search(r"^debian_version\(\) .*$", (ROOT / "scripts/package").read_text(), re.MULTILINE)
    assert function is not None
    names = [
        run("bash", "-c", f"version() {{ echo {name}; }}; {function[0]}; debian_version") for name in (version, older)
    ]
    run("dpkg", "--compare-versions", f"{names[0].strip()}+deb12", "gt", f"{names[1].strip()}+deb12")


@needs_dpkg
@pytest.mark.parametrize(
    ("home", "stays"), [("/var/lib/moodroom", False), ("/home/moodroom", True)], ids=["the service", "a person"]
)
def test_a_purge_removes_the_service_s_account_and_no_person_s(root: Path, home: str, stays: bool) -> None:
    write(root / "etc/passwd", f"root:x:0:0::/root:/bin/sh\nmoodroom:x:1000:1000::{home}:/bin/bash\n")
    write(root / "etc/group", "root:x:0:\nmoodroom:x:1000:\nvideo:x:44:moodroom\n")
    run("sh", ROOT / "packaging/debian/postrm", "purge", DPKG_ROOT=str(root))
    assert ("moodroom:x:1000" in (root / "etc/passwd").read_text()) is stays
    assert ("moodroom:x:1000" in (root / "etc/group").read_text()) is stays


@needs_dpkg
def test_a_purge_empties_the_folders_on_other_disks_too(root: Path) -> None:
    disk = root / "srv/ssd"
    for place in ("var/lib/moodroom", "opt/moodroom"):
        write(disk / place / "history/days", "private\n")
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).symlink_to(disk / place)
    write(disk / "photos", "a person's\n")
    # A folder of everything, which isn't emptied.
    (root / "etc/moodroom").symlink_to(disk)
    run("sh", ROOT / "packaging/debian/postrm", "purge", DPKG_ROOT=str(root))
    assert [path.name for path in disk.rglob("*") if path.is_file()] == ["photos"]
    assert not os.path.lexists(root / "var/lib/moodroom") and not os.path.lexists(root / "opt/moodroom")


@needs_dpkg
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("lintian") is None, reason="lintian isn't here; apt install lintian")
def test_lintian_finds_no_errors(package: Path) -> None:
    run("lintian", "--quiet", "--fail-on", "error", package)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "needs deb, user-data or addon"),
        (["rpm"], "rpm: there is no such option or package"),
        (["deb", "addon"], "make one thing at a time"),
        (["deb", "--release"], "--release: needs a value"),
        (["deb", "--release", "../x"], "must be a release's name"),
        (["deb", "--arch", "armhf"], "must be amd64 or arm64"),
        (["deb", "--with", "libary"], "there are library and audio"),
        (["deb", "--maintainer", "me"], "must be 'NAME <ADDRESS>'"),
        (["deb", "--out", "/proc/nowhere"], "--out /proc/nowhere: can't be written"),
        (["user-data", "--hostname", "my room"], "must be a-z, 0-9 and hyphens"),
        (["user-data", "--package", "/nowhere.deb"], "no such file"),
        (["user-data", "--package", "http://example.org/moodroom.deb"], "needs --sha256 too"),
        (["user-data", "--package", "https://example.org/'x'.deb"], "isn't an address"),
        (["user-data", "--package", "https://example.org/x.deb", "--sha256", "12"], "must be 64 digits"),
    ],
)
def test_wrong_arguments_are_answered_in_a_sentence(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    output = run(ROOT / "scripts" / "package", "--out", tmp_path, *arguments, code=2)
    assert sentence in output
    assert len(output.splitlines()) == 1
    assert not list(tmp_path.iterdir())


class TestUserData:
    @pytest.fixture
    def deb(self, tmp_path: Path) -> Path:
        file = tmp_path / "moodroom_1.0+deb13_arm64.deb"
        file.write_bytes(b"a package")
        return file

    def made(self, tmp_path: Path, *arguments: str | Path) -> str:
        run(ROOT / "scripts" / "package", "user-data", "--out", tmp_path / "out", *arguments)
        assert re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}\n", (tmp_path / "out/moodroom-code").read_text())
        return (tmp_path / "out/user-data").read_text()

    def first_boot(self, text: str, tmp_path: Path, code: int = 0) -> str:
        """Run its script with a fake apt-get on a boot partition in a folder; returns what apt-get was asked."""
        script = yaml.safe_load(text)["write_files"][0]["content"]
        script = script.replace("/boot/firmware", str(tmp_path)).replace("/var/cache/", f"{tmp_path}/cache-")
        fakes = tmp_path / "bin"
        fakes.mkdir(exist_ok=True)
        (fakes / "apt-get").write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/asked\nexit 0\n')
        (fakes / "apt-get").chmod(0o755)
        run("sh", "-c", script, code=code, PATH=f"{fakes}:{os.environ['PATH']}")
        asked = tmp_path / "asked"
        return asked.read_text() if asked.exists() else ""

    def test_it_names_the_host_and_installs_the_package(self, tmp_path: Path, deb: Path) -> None:
        text = self.made(tmp_path, "--package", deb, "--hostname", "living-room")
        assert text.startswith("#cloud-config\n")
        content = yaml.safe_load(text)
        assert content["hostname"] == "living-room"
        assert content["write_files"][0]["permissions"] == "0755"
        asked = self.first_boot(text, tmp_path)
        assert f"install -y {tmp_path}/cache-moodroom.deb\n" in asked
        # At the first boot the system's own updates may hold apt's lock.
        assert all("DPkg::Lock::Timeout=" in line for line in asked.splitlines() if "install" in line)
        assert not (tmp_path / "cache-moodroom.deb").exists()

    def test_it_takes_the_newest_package(self, tmp_path: Path, deb: Path) -> None:
        (tmp_path / "out").mkdir()
        for version in ("0.9.0+deb13", "0.10.0~rc1+deb13", "0.10.0+deb13"):
            shutil.copy(deb, tmp_path / f"out/moodroom_{version}_arm64.deb")
        assert "moodroom_0.10.0+deb13_arm64.deb" in self.made(tmp_path)

    def test_a_damaged_package_is_not_installed(self, tmp_path: Path, deb: Path) -> None:
        text = self.made(tmp_path, "--package", deb)
        deb.write_bytes(b"b package")
        assert "install" not in self.first_boot(text, tmp_path, code=1)

    def test_it_is_added_to_what_the_imager_wrote(self, tmp_path: Path, deb: Path) -> None:
        imager = tmp_path / "user-data"
        imager.write_text("#cloud-config\nhostname: den\nusers:\n- name: me\nruncmd:\n- [rfkill, unblock, wifi]\n")
        content = yaml.safe_load(self.made(tmp_path, "--package", deb, "--add-to", imager))
        assert content["hostname"] == "den" and content["runcmd"] and content["users"] and content["write_files"]
        imager.write_text("hostname: den\n")
        assert "must be #cloud-config" in run(
            ROOT / "scripts" / "package", "user-data", "--package", deb, "--add-to", imager, "--out", tmp_path, code=2
        )

    def test_it_replaces_what_an_earlier_call_added(self, tmp_path: Path, deb: Path) -> None:
        imager, out = tmp_path / "user-data", tmp_path / "out/user-data"
        imager.write_text("#cloud-config\nusers:\n- name: me\nmanage_etc_hosts: true\n")
        first = self.made(tmp_path, "--package", deb, "--add-to", imager, "--hostname", "attic")
        deb.write_bytes(b"a newer package")
        second = self.made(tmp_path, "--package", deb, "--add-to", out)
        assert first != second and first.splitlines()[:7] == second.splitlines()[:7]
        assert second.count("hostname: attic\n") == second.count("write_files:") == second.count("manage_etc") == 1
        # A key of the household's own below it stays.
        out.write_text(f"{second}timezone: Europe/Berlin\n")
        self.refused(tmp_path, deb, out, "already contains write_files")

    def refused(self, tmp_path: Path, deb: Path, base: Path, words: str) -> None:
        arguments = ["user-data", "--package", deb, "--add-to", base, "--out", tmp_path / "refused"]
        output = run(ROOT / "scripts" / "package", *arguments, code=2)
        assert words in output and len(output.splitlines()) == 1
        assert not list((tmp_path / "refused").iterdir())

    def test_a_file_that_was_edited_under_windows(self, tmp_path: Path, deb: Path) -> None:
        base = tmp_path / "user-data"
        base.write_bytes(b"\xef\xbb\xbf#cloud-config\r\nhostname: den\r\nruncmd:\r\n- [a, b]\r\n")
        text = self.made(tmp_path, "--package", deb, "--add-to", base)
        assert text.startswith("#cloud-config\nhostname: den\n")
        assert yaml.safe_load(text)["runcmd"] == [["a", "b"]]

    @pytest.mark.parametrize(
        ("base", "words"),
        [
            (b"", "must be #cloud-config"),
            (b"#cloud-configuration\nhostname: den\n", "must be #cloud-config"),
            (b"#cloud-config\n- a\n", "must consist of keys"),
            (b"#cloud-config\n{hostname: den}\n", "must consist of keys"),
            (b"#cloud-config\n  hostname: den\n", "must consist of keys"),
            (b"#cloud-config\nhostname: den\n...\n", "must consist of keys"),
            (b"#cloud-config\n# K\xfcche\n", "isn't UTF-8 text"),
        ],
    )
    def test_what_cannot_be_added_to_is_refused(self, tmp_path: Path, deb: Path, base: bytes, words: str) -> None:
        (tmp_path / "user-data").write_bytes(base)
        self.refused(tmp_path, deb, tmp_path / "user-data", words)

    @pytest.mark.skipif(
        shutil.which("cloud-init") is None, reason="cloud-init isn't here; check_package has it in a root"
    )
    def test_cloud_init_accepts_it(self, tmp_path: Path, deb: Path) -> None:
        self.made(tmp_path, "--package", deb)
        assert "Valid" in run("cloud-init", "schema", "--config-file", tmp_path / "out/user-data")
