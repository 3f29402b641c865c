"""scripts/install, run for real into a folder: packages, users and services of this machine stay as they are."""

from __future__ import annotations

import fcntl
import os
import shutil
import site
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.config.file import parse
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
SHELL = [
    "install",
    "moodroom",
    "endurance/check_arm64",
    "endurance/check_package",
    "endurance/check_service",
    "environment.sh",
    "package",
    "roots.sh",
    "run",
    "test",
]
PARTS = ["edge", "models/tflite", "scripts", "systemd", "constraints"]
FILES = ["config.yaml", "pyproject.toml", "README.md", "LICENSE", "models/LICENSE-yunet.txt"]


def with_the_page_on(text: str) -> str:
    """The shipped configuration as it is installed."""
    before, web, after = text.partition("web: ")
    on = after.replace("enabled: false", "enabled: true", 1).replace("host: 127.0.0.1 ", 'host: "::"      ', 1)
    return before + web + on


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project that a test may change."""
    folder = tmp_path_factory.mktemp("source")
    ignored = shutil.ignore_patterns("__pycache__", "*.onnx")
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    for name in FILES:
        shutil.copy2(ROOT / name, folder / name)
    return folder


class Machine:
    """A folder to install into, and a fake systemctl that records its calls."""

    def __init__(self, folder: Path, source: Path) -> None:
        self.root, self.source, self.fakes, self.asked = folder / "root", source, folder / "bin", folder / "asked"
        self.enabled = folder / "enabled"
        program(
            self.fakes,
            "systemctl",
            f'echo "$*" >>{self.asked}\n'
            f'case "$*" in *is-enabled*) test -e {self.enabled} ;; *disable*) rm -f {self.enabled} ;;'
            f" *enable*) touch {self.enabled} ;; esac",
        )
        # The test's own packages are used, so that nothing large is installed again.
        self.environment = {
            "PATH": f"{self.fakes}:{os.environ['PATH']}",
            "HOME": str(folder),
            "MOODROOM_PYTHON": sys.executable,
            "MOODROOM_PIP_OPTIONS": "--no-deps",
            "PYTHONPATH": os.pathsep.join(site.getsitepackages()),
            "PYTHONDONTWRITEBYTECODE": "1",
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()},
        }

    def install(self, *arguments: str | Path, code: int = 0) -> str:
        done = subprocess.run(
            [self.source / "scripts" / "install", "--root", self.root, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
            # A strict umask; the files of the service must be readable all the same.
            umask=0o077,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert not done.stdout
        return done.stderr

    def moodroom(self, *arguments: str, cwd: str | Path = "/", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.root / "usr/local/bin/moodroom", *arguments],
            env=self.environment | more,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def tree(self) -> dict[str, tuple[int, int, float]]:
        """Return mode, size and time of each path."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            about = path.lstat()
            # sysusers' lock and backup files change at each call.
            if path.name not in (".pwd.lock", "passwd-", "group-"):
                found[str(path.relative_to(self.root))] = (about.st_mode, about.st_size, about.st_mtime)
        return found


@pytest.fixture
def machine(tmp_path: Path, source: Path) -> Iterator[Machine]:
    yield Machine(tmp_path, source)
    # The environments are large, and pytest keeps its folders for a while.
    shutil.rmtree(tmp_path / "root", ignore_errors=True)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck isn't here; apt install shellcheck")
def test_the_shell_scripts_are_clean() -> None:
    done = subprocess.run(
        ["shellcheck", "-x", *(f"scripts/{name}" for name in SHELL)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_dry_run_prints_every_step_and_changes_nothing(machine: Machine) -> None:
    output = machine.install("--dry-run")
    assert not machine.root.exists()
    assert "enable" not in machine.asked.read_text().replace("is-enabled", "")
    for part in ("user moodroom", "etc/moodroom/config.yaml", "environment", "face detector", "moodroom.service"):
        assert part in output
    assert output.endswith("nothing was changed\n")


@pytest.mark.slow
def test_install_again_update_refuse_remove_and_purge(machine: Machine, source: Path) -> None:
    models = machine.root.parent / "models"
    models.mkdir()
    output = machine.install("--models", models)
    etc, opt, config = machine.root / "etc", machine.root / "opt/moodroom", machine.root / "etc/moodroom/config.yaml"
    # The shipped one, with the page on: the set-up code locks it.
    assert config.read_text() == with_the_page_on((ROOT / "config.yaml").read_text())
    web = parse(config.read_text()).web
    assert web.enabled and web.host == "::"
    assert "<port>8730</port>" in (etc / "avahi/services/moodroom.service").read_text()
    # A camera's address may contain a password.
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert stat.S_IMODE((etc / "moodroom/credentials").stat().st_mode) == 0o700
    for folder in (opt, opt / "current/bin"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755, folder
    # The service may replace what it owns in the folder, and nothing else.
    assert stat.S_IMODE((etc / "moodroom").stat().st_mode) == 0o1775
    for file in opt.rglob("*"):
        assert file.is_symlink() or file.stat().st_mode & stat.S_IROTH, file
    assert (etc / "systemd/system/moodroom.service").read_text() == (ROOT / "systemd/moodroom.service").read_text()
    assert machine.enabled.exists()
    if os.geteuid() == 0:
        assert "moodroom" in (etc / "passwd").read_text()
        members = [line.split(":") for line in (etc / "group").read_text().splitlines()]
        assert {name for name, _, _, who in members if "moodroom" in who.split(",")} == {"video", "render"}
        gid = next(int(number) for name, _, number, _ in members if name == "moodroom")
        uid = next(
            int(line.split(":")[2])
            for line in (etc / "passwd").read_text().splitlines()
            if line.startswith("moodroom:")
        )
        assert (config.stat().st_uid, config.stat().st_gid) == (uid, gid)
        assert ((etc / "moodroom").stat().st_uid, (etc / "moodroom/credentials").stat().st_uid) == (0, 0)
    version = machine.moodroom("version")
    assert (version.returncode, version.stderr) == (0, "")

    # A second run changes nothing, and keeps the user's files.
    config.write_text(config.read_text().replace("id: moodroom ", "id: kitchen  "))
    before = machine.tree()
    output = machine.install("--models", models)
    after = machine.tree()
    fetched = [path for path in after if path.startswith("opt/moodroom/models")]
    assert {path: about for path, about in after.items() if path not in fetched} == {
        path: about for path, about in before.items() if path not in fetched
    }
    assert "environment" in output
    assert "exists already" in output

    # Wrong modes and missing files of an earlier run are repaired.
    (etc / "moodroom/credentials").rmdir()
    for place, mode in ((etc / "moodroom", 0o700), (opt, 0o700), (etc / "systemd/system/moodroom.service", 0o600)):
        place.chmod(mode)
    machine.install("--models", models)
    after = machine.tree()
    assert {path: about[0] for path, about in after.items()} == {path: about[0] for path, about in before.items()}

    # A new version that refuses the configuration: the old one stays.
    old = os.readlink(opt / "current")
    good = config.read_text()
    config.write_text("mood: {min_dwel: 3s}\n")
    init = source / "edge" / "__init__.py"
    init.write_text(init.read_text().replace("__version__ = ", "__version__ = '9.9.9'  # "))
    output = machine.install(code=1)
    assert "did you mean min_dwell?" in output
    assert "stays as it was" in output
    assert os.readlink(opt / "current") == old
    assert machine.moodroom("version").stdout == version.stdout

    # Once it is fixed, the update succeeds, and the unused environment is removed.
    config.write_text(good)
    output = machine.install()
    assert machine.moodroom("version").stdout == "9.9.9\n"
    assert [path.name for path in opt.glob("env-*")] == [os.readlink(opt / "current")] != [old]

    # Removal keeps the user's files; with --purge nothing stays.
    output = machine.install("--uninstall", "--dry-run")
    assert (opt / "current").exists()
    (machine.root / "var/lib/moodroom").mkdir(parents=True)
    machine.install("--uninstall")
    assert config.read_text() == good
    assert not opt.exists()
    assert not (machine.root / "usr/local/bin/moodroom").exists()
    assert not (etc / "systemd/system/moodroom.service").exists()
    assert not machine.enabled.exists()
    machine.install("--uninstall", "--purge")
    assert not (etc / "moodroom").exists()
    assert not (machine.root / "var/lib/moodroom").exists()
    if os.geteuid() == 0:
        assert "moodroom" not in (etc / "passwd").read_text() + (etc / "group").read_text()
    machine.install("--uninstall", "--purge")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root removes a user")
def test_a_purge_leaves_a_person_s_account_of_that_name(machine: Machine) -> None:
    passwd = machine.root / "etc/passwd"
    passwd.parent.mkdir(parents=True)
    passwd.write_text("root:x:0:0::/root:/bin/sh\nmoodroom:x:1000:1000::/home/moodroom:/bin/bash\n")
    (machine.root / "etc/group").write_text("moodroom:x:1000:\n")
    assert "is a person's account, and stays" in machine.install("--uninstall", "--purge")
    assert "moodroom" in passwd.read_text() and "moodroom" in (machine.root / "etc/group").read_text()


def test_a_purge_empties_the_folders_on_other_disks_too(machine: Machine) -> None:
    disk = machine.root / "srv/ssd"
    for place in ("var/lib/moodroom", "opt/moodroom"):
        (disk / place).mkdir(parents=True)
        (disk / place / "history").write_text("private\n")
        (machine.root / place).parent.mkdir(parents=True, exist_ok=True)
        (machine.root / place).symlink_to(disk / place)
    machine.install("--uninstall", "--purge")
    assert not [path for path in disk.rglob("*") if path.is_file()]
    assert not os.path.lexists(machine.root / "var/lib/moodroom") and not os.path.lexists(machine.root / "opt/moodroom")


def test_a_second_one_at_the_same_time_is_refused(machine: Machine) -> None:
    folder = os.open(machine.source, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        assert machine.install(code=1) == "install: is running already; wait until it is done\n"
        assert not machine.root.exists()
    finally:
        os.close(folder)


def put_detector(models: Path, opt: Path, python: str) -> str:
    """Run the step that brings the face detector's file; returns what it says."""
    parts = "/^detector()/,/^}/p; /^fetch()/,/^}/p"
    code = f'eval "$(sed -n "{parts}" scripts/install)"; act() {{ shift; "$@"; }}; note() {{ echo "$*"; }}; detector'
    done = subprocess.run(
        ["bash", "-euc", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "here": "/nowhere", "models": str(models), "opt": str(opt), "python": python},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_detector_comes_from_a_folder_of_any_name(tmp_path: Path, yunet_folder: Path) -> None:
    folder = tmp_path / "models 100%20 #1"
    shutil.copytree(yunet_folder, folder)
    assert "notice" not in put_detector(folder, tmp_path / "opt", sys.executable)
    assert (tmp_path / "opt/models/face_detection_yunet_2023mar.onnx").is_file()


def test_a_damaged_file_of_the_folder_is_no_reason_to_do_without(tmp_path: Path) -> None:
    (tmp_path / "face_detection_yunet_2023mar.onnx").write_text("half")
    program(tmp_path, "python", 'case "$*" in *file://*) exit 1 ;; esac')
    assert "notice" not in put_detector(tmp_path, tmp_path / "opt", str(tmp_path / "python"))
    program(tmp_path, "python", "exit 1")
    assert "notice: OpenCV's Haar detector" in put_detector(tmp_path, tmp_path / "opt", str(tmp_path / "python"))


def test_more_extras_are_kept_over_updates(machine: Machine) -> None:
    kept = machine.root / "opt/moodroom/with"
    kept.parent.mkdir(parents=True)
    kept.write_text("library\n")
    assert "with the extras mpd,web,metrics,music-assistant,backup,library" in machine.install("--dry-run")
    assert "with the extras mpd,web,metrics,music-assistant,backup,audio" in machine.install(
        "--dry-run", "--with", "audio"
    )
    assert "library" not in machine.install("--dry-run", "--with", "").partition("with the extras")[2].partition("(")[0]


@pytest.mark.parametrize(
    ("fake", "text", "sentence"),
    [
        ("dpkg", "echo armhf", "needs a 64-bit system, and this one is armhf"),
        ("df", "printf 'x\\nx 1 1 120 1%% /\\n'", "and 120 MB are free"),
    ],
)
def test_an_unsuitable_machine_is_refused_in_one_sentence(
    machine: Machine, fake: str, text: str, sentence: str
) -> None:
    program(machine.fakes, fake, text)
    output = machine.install(code=1)
    assert sentence in output
    assert len(output.splitlines()) == 1
    assert not machine.root.exists()


@pytest.mark.parametrize(("numpy", "constraints"), [("1.24.2", "numpy1"), ("2.2.4", "tested")])
def test_a_pi_s_environment_sees_the_system_s_camera_library(machine: Machine, numpy: str, constraints: str) -> None:
    library = machine.root.parent / "library"
    library.mkdir()
    (library / "picamera2.py").touch()
    (library / "numpy.py").write_text(f"__version__ = {numpy!r}")
    assert "picamera2" not in machine.install("--dry-run")
    machine.environment["PYTHONPATH"] = str(library)
    output = machine.install("--dry-run")
    assert f"with access to the system's picamera2, and constraints/{constraints}.txt" in output


def test_an_old_python_is_refused(machine: Machine) -> None:
    program(machine.fakes, "python3.9", 'test "$1" = --version && echo Python 3.9.2')
    machine.environment["MOODROOM_PYTHON"] = str(machine.fakes / "python3.9")
    assert "Python 3.9.2; Python 3.10 to 3.14 is needed" in machine.install(code=1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--purg"], "--purg: unknown option"),
        (["--purge"], "--purge needs --uninstall"),
        (["--with", "libary"], "--with libary: unknown; there are library and audio"),
    ],
)
def test_wrong_arguments_are_answered_in_a_sentence(machine: Machine, arguments: list[str], sentence: str) -> None:
    assert sentence in machine.install(*arguments, code=2)


def test_without_root_this_machine_stays_as_it_is(machine: Machine) -> None:
    program(machine.fakes, "id", "echo 1000")
    done = subprocess.run(
        [ROOT / "scripts" / "install"],
        env=machine.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "install: must be run as root: sudo scripts/install\n")


def service_step(machine: Machine, changed: str, table: str) -> subprocess.CompletedProcess[str]:
    """The installer's last step on a machine whose service runs. changed: yes or empty; table: the script of
    `check`."""
    program(machine.root / "usr/local/bin", "moodroom", table)
    head, found, _ = (machine.source / "scripts" / "install").read_text().partition("\ncheck_machine\n")
    assert found
    step = machine.source / "scripts" / "install_service"
    step.write_text(f"{head}\nlive() {{ true; }}\nbooted() {{ true; }}\nchanged={changed}\nservice\n")
    try:
        return subprocess.run(
            ["bash", step, "--root", machine.root],
            env=machine.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        step.unlink()


def test_a_service_that_runs_unchanged_is_left_alone(machine: Machine) -> None:
    done = service_step(machine, "", "echo the table")
    assert done.returncode == 0, done.stderr
    assert "the table" not in done.stderr and "moodroom check" in done.stderr
    asked = machine.asked.read_text()
    assert "is-active" in asked and "stop" not in asked and "start" not in asked


def test_a_changed_service_is_tried_and_started(machine: Machine) -> None:
    done = service_step(machine, "yes", "echo the table")
    assert done.returncode == 0, done.stderr
    assert "the table" in done.stderr
    asked = machine.asked.read_text().splitlines()
    assert asked.index("--quiet stop moodroom.service") < asked.index("restart moodroom.service")
    assert not [line for line in asked if "--no-block" in line]


def test_an_interrupted_check_of_the_installer_restores_the_service(machine: Machine) -> None:
    # Like Ctrl-C, which a background shell never receives; the exit code is 130.
    done = service_step(machine, "yes", "kill -TERM $PPID; exit 130")
    assert done.returncode == 130, done.stderr
    assert machine.asked.read_text().splitlines()[-1] == "--quiet --no-block start moodroom.service"


@pytest.fixture
def command(machine: Machine) -> Machine:
    """Return the command of an installed service; its program prints how it was called."""
    program(
        machine.root / "opt/moodroom/current/bin", "moodroom", 'pwd; echo "$*"; env; cat "$CREDENTIALS_DIRECTORY"/*'
    )
    credentials = machine.root / "etc/moodroom/credentials"
    credentials.mkdir(parents=True)
    (credentials / "mqtt_password").write_text("secret words\n")
    text = (ROOT / "scripts" / "moodroom").read_text().replace("@ROOT@", str(machine.root))
    program(machine.root / "usr/local/bin", "moodroom", text.removeprefix("#!/bin/sh\n"))
    # Replaces setpriv, because this machine does not have the service's user.
    program(machine.fakes, "id", "echo 0")
    program(machine.fakes, "chown", "true")
    program(machine.fakes, "setpriv", 'while [ "$1" != env ]; do echo "$1"; shift; done; exec "$@"')
    return machine


def test_the_command_sees_what_the_service_sees(command: Machine, tmp_path: Path) -> None:
    done = command.moodroom("login", "--listen", "8731", TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    state = command.root / "var/lib/moodroom"
    assert {"--reuid=moodroom", "--init-groups", "--no-new-privs", "login --listen 8731", str(state)} <= set(lines)
    assert f"STATE_DIRECTORY={state}" in lines
    assert f"MOODROOM_MODELS={command.root}/opt/moodroom/models" in lines
    assert lines[-1] == "secret words"
    copies = next(line.partition("=")[2] for line in lines if line.startswith("CREDENTIALS_DIRECTORY="))
    assert copies.startswith(str(tmp_path))
    assert not Path(copies).exists(), "the copies of the secrets are removed"


def test_the_command_s_exit_code_is_the_program_s(command: Machine, tmp_path: Path) -> None:
    program(command.root / "opt/moodroom/current/bin", "moodroom", "exit 2")
    assert command.moodroom("check", TMPDIR=str(tmp_path)).returncode == 2
    assert not list(tmp_path.glob("moodroom-*"))


def test_a_check_interrupted_while_the_service_stops_restores_it(command: Machine, tmp_path: Path) -> None:
    wrapper = command.root / "usr/local/bin/moodroom"
    wrapper.write_text(wrapper.read_text().replace("/run/systemd/system", str(tmp_path)))
    program(
        command.fakes,
        "systemctl",
        f'echo "$*" >>{command.asked}\ncase "$*" in stop*) kill -TERM $PPID; exit 130 ;; esac',
    )
    assert command.moodroom("check", TMPDIR=str(tmp_path)).returncode == 130
    assert command.asked.read_text().splitlines()[-1] == "--no-block start moodroom.service"


def test_files_of_a_command_belong_to_the_user_and_are_in_the_working_directory(
    command: Machine, tmp_path: Path
) -> None:
    program(
        command.root / "opt/moodroom/current/bin",
        "moodroom",
        'while [ $# -gt 1 ]; do case "$1" in --png | --csv) echo "made for $1" >"$2" ;; esac; shift; done; echo "$1"',
    )
    mine = tmp_path / "mine"
    mine.mkdir()
    asked = ("history", "--png", "my day.png", "--csv=day.csv", "--since", "today")
    done = command.moodroom(*asked, TMPDIR=str(tmp_path), cwd=mine)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "today"), done.stderr
    assert (mine / "my day.png").read_text() == "made for --png\n"
    assert (mine / "day.csv").read_text() == "made for --csv\n"
    assert not list(tmp_path.glob("moodroom-*"))


def test_a_user_s_own_table_is_sorted_as_that_user(command: Machine) -> None:
    (command.root / "etc/moodroom/config.yaml").write_text("")
    done = command.moodroom("library", "sort", "--from", "songs.csv", "--png", "plane.png")
    assert done.stdout.splitlines()[:2] == ["/", "library sort --from songs.csv --png plane.png"]


def test_commands_on_a_user_s_own_files_run_as_that_user(command: Machine) -> None:
    (command.root / "etc/moodroom/config.yaml").write_text("")
    done = command.moodroom("bench", "film.mp4")
    assert done.stdout.splitlines()[:2] == ["/", "bench film.mp4"]
    assert "--reuid=moodroom" not in done.stdout
    done = command.moodroom("bench", "film.mp4", SUDO_UID="1000", SUDO_GID="1000")
    assert "--reuid=1000" in done.stdout
