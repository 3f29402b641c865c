"""A Debian root with libcamera, picamera2 and the project's dependencies, in which programs can be run.

Debian's libcamera has a virtual camera that only needs a configuration file. The root is made once, in about a minute,
and kept in `runs/virtual-pi` (or the folder that MOODROOM_VIRTUAL_PI names); nothing outside that folder is changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
# The virtual camera fills in the metadata of its frames from libcamera 0.5 on; trixie has 0.4.
SUITE = "forky"
DEBIAN = ("python3", "python3-libcamera", "libstdc++6", "bash", "coreutils")
PICAMERA2 = "picamera2==0.3.38"
# The versions that scripts/install uses as well.
CONSTRAINTS = PROJECT / "constraints" / "tested.txt"
# What picamera2 imports. Its other requirements have no wheels and are replaced in `stand_ins`.
PICAMERA2_NEEDS = ("simplejpeg", "piexif", "pillow", "videodev2")
WIDTH, HEIGHT = 640, 480
CAMERA = f"""\
"Virtual0":
  supported_formats:
    - {{width: {2 * WIDTH}, height: {2 * HEIGHT}, frame_rates: [1, 30]}}
    - {{width: {WIDTH}, height: {HEIGHT}, frame_rates: [1, 30]}}
  frames:
    path: "/scratch/frames/"
  location: "CameraLocationBack"
  model: "Virtual"
"""
# Runs in a separate mount namespace, whose mounts end with the command. The project is read-only there.
INSIDE = """
set -e
root=$1 site=$2 project=$3 scratch=$4
shift 4
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/dev"
for device in null zero urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --bind "$site" "$root/site"
mount --bind -o ro "$project" "$root/project"
mount --bind "$scratch" "$root/scratch"
exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/tmp LANG=C.UTF-8 PYTHONPATH=/site:/project \
    STATE_DIRECTORY=/tmp/state LIBCAMERA_LOG_LEVELS='*:FATAL' python3 "$@"
"""


def reason_to_skip() -> str | None:
    """Why such a root can't be made or used here, or None."""
    if os.geteuid() != 0:
        return "needs root, for a mount namespace and a chroot"
    missing = [name for name in ("mmdebstrap", "unshare", "apt-config") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)}: not installed"
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        return "this container may not make mount namespaces"
    return None


def make() -> Path:
    """The folder with `root` and `site`, made if necessary; raises RuntimeError if that fails."""
    folder = Path(os.environ.get("MOODROOM_VIRTUAL_PI") or PROJECT / "runs" / "virtual-pi")
    requirements = [line for line in importlib.metadata.requires("moodroom") or () if "extra ==" not in line]
    recipe = repr((SUITE, DEBIAN, PICAMERA2, PICAMERA2_NEEDS, CAMERA, requirements, CONSTRAINTS.read_text()))
    recipe_sum = hashlib.sha256(recipe.encode()).hexdigest()
    stamp = folder / "ready"
    if stamp.is_file() and stamp.read_text() == recipe_sum:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    root, site = folder / "root", folder / "site"
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as options:
        # The host's own settings for its packages, such as proxies and certificates.
        options.write(
            subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=True).stdout
        )
        options.flush()
        hooks = "/usr/share/mmdebstrap/hooks/merged-usr"
        _do("mmdebstrap", "--quiet", f"--aptopt={options.name}", "--variant=extract", f"--include={','.join(DEBIAN)}",
            f"--hook-dir={hooks}", SUITE, str(root), *_mirror())  # fmt: skip
    for name in ("proc", "sys", "dev", "tmp", "site", "project", "scratch"):
        (root / name).mkdir(exist_ok=True)
    file = root / "usr/share/libcamera/pipeline/virtual/virtual.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(CAMERA)
    _install(site, root, PICAMERA2, "--no-deps")
    _install(site, root, "-c", str(CONSTRAINTS), *PICAMERA2_NEEDS, *requirements)
    stamp.write_text(recipe_sum)
    return folder


def command(folder: Path, scratch: Path, *arguments: str) -> list[str]:
    """The command that runs Python with these arguments inside, with /project and /scratch.

    The shell is replaced by Python, so that a signal reaches Python.
    """
    folders = [str(path) for path in (folder / "root", folder / "site", PROJECT, scratch)]
    return ["unshare", "-m", "--propagation", "private", "bash", "-c", INSIDE, "bash", *folders, *arguments]


def _mirror() -> list[str]:
    """The mirror that this Debian uses; on other systems none, so that mmdebstrap uses its own."""
    if "ID=debian\n" not in Path("/etc/os-release").read_text():
        return []
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)"], capture_output=True, text=True, check=False
    )
    return [uri for uri in targets.stdout.split() if "security" not in uri][:1]


def _install(site: Path, root: Path, *requirements: str) -> None:
    """Install wheels for the root's Python with this machine's pip."""
    version = next((root / "usr/bin").glob("python3.[0-9]*")).name.removeprefix("python")
    tags = ["linux", "manylinux2014", *(f"manylinux_2_{minor}" for minor in range(17, 43))]
    platforms = [f"--platform={tag}_{platform.machine()}" for tag in tags]
    abis = [f"--abi={abi}" for abi in (f"cp{version.replace('.', '')}", "abi3", "none")]
    _do(sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check",
        "--root-user-action=ignore", "--no-warn-conflicts", "--no-compile", "--only-binary=:all:", f"--target={site}",
        "--implementation=cp", f"--python-version={version}", *abis, *platforms, *requirements)  # fmt: skip


def _do(*words: str) -> None:
    done = subprocess.run(["nice", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.strip()][-3:]
        raise RuntimeError(f"{words[0]}: {' / '.join(last)}")


if __name__ == "__main__":
    if reason_to_skip() is None:
        with contextlib.suppress(RuntimeError):
            make()
