# shellcheck shell=bash
# Sourced by scripts/run, test and install: creates a Python environment once, and again when its recipe changes.
# All messages go to stderr.

# More options for pip; the tests compile only what they import.
pip_options=()

say() { printf '%s\n' "$*" >&2; }

# supported PYTHON: whether it runs and has a version that Moodroom supports.
supported() { "$1" -c 'import sys; raise SystemExit(not (3, 10) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1; }

# need_python PYTHON: ends the script unless it is supported.
need_python() {
    supported "$1" && return
    say "$1 isn't Python 3.10 to 3.14; install one (sudo apt install python3 python3-venv), or name one in MOODROOM_PYTHON"
    exit 1
}

# The Python to use: MOODROOM_PYTHON, else the system's if picamera2 is installed for it, else the first supported one.
choose_python() {
    local candidate
    if [ -n "${MOODROOM_PYTHON:-}" ]; then
        need_python "$MOODROOM_PYTHON"
        printf '%s' "$MOODROOM_PYTHON"
        return
    fi
    for candidate in /usr/bin/python3 python3.11 python3.12 python3.13 python3.14 python3.10 python3; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        if [ "$candidate" = /usr/bin/python3 ]; then
            "$candidate" -c 'import picamera2' >/dev/null 2>&1 || continue
        fi
        if supported "$candidate"; then
            printf '%s' "$candidate"
            return
        fi
    done
    say "Python 3.10 to 3.14 is needed; run: sudo apt install python3 python3-venv"
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo -n "$@"; else return 1; fi
}

# install_debian WHY PACKAGE...: installs the Debian packages that are missing.
install_debian() {
    local why=$1 missing=() package
    shift
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "installing ${missing[*]} ($why)"
    # A new system's own updates may hold the lock for some minutes.
    local apt=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600)
    if ! { "${apt[@]}" install -y --no-install-recommends "${missing[@]}" ||
        { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; }; } >&2; then
        say "${missing[*]}: needed $why, and can't be installed; run: sudo apt install ${missing[*]}"
        exit 1
    fi
}

# need_venv PYTHON: on Debian the venv module is in a separate package.
need_venv() {
    if ! "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; then install_debian "for the environment" python3-venv; fi
}

# make_environment FOLDER EXTRAS CONSTRAINTS [PYTHON]: creates FOLDER with the project and the extras installed.
make_environment() {
    local folder=$1 extras=$2 constraints=$3 python=${4:-} stamp want options=()
    [ -n "$python" ] || python=$(choose_python)
    stamp="$folder/.recipe"
    want="$(cat pyproject.toml "$constraints" | sha256sum | cut -c1-64) $extras $("$python" -c 'import sys; print(sys.version)' | tr '\n' ' ') $PWD"
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return
    if ! mkdir -p "$folder" 2>/dev/null || [ ! -w "$folder" ]; then
        say "$folder can't be written in $PWD; copy this folder to a place of your own"
        exit 1
    fi
    # Of two that start at once, the second waits for what the first makes.
    exec 9<"$folder"
    if ! flock --nonblock 9; then
        say "$folder is being set up already; waiting for it"
        flock 9
    fi
    if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$want" ]; then fresh_environment; fi
    exec 9<&-
}
fresh_environment() {
    say "setting up $folder with $("$python" --version) (once; a minute or two)"
    find "$folder/" -mindepth 1 -delete
    if "$python" -c 'import picamera2' >/dev/null 2>&1; then options+=(--system-site-packages); fi
    need_venv "$python"
    "$python" -m venv "${options[@]}" "$folder" >&2
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "${pip_options[@]}" \
        -c "$constraints" -e ".${extras:+[$extras]}" >&2
    printf '%s' "$want" >"$stamp"
}

# make_mopidy FOLDER: creates FOLDER with the Mopidy that the tests play on. It runs on Debian's own Python, which has
# the bindings to GStreamer.
make_mopidy() {
    local folder=$1 stamp="$1/.recipe" want
    install_debian "for Mopidy" python3 python3-venv python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good
    want="$(cat constraints/mopidy.txt constraints/tested.txt | sha256sum | cut -c1-64) $(/usr/bin/python3 --version) $PWD"
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return
    say "setting up $folder with Mopidy (once; half a minute)"
    rm -rf "$folder"
    /usr/bin/python3 -m venv --system-site-packages "$folder" >&2
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "${pip_options[@]}" -r constraints/mopidy.txt -c constraints/tested.txt >&2
    printf '%s' "$want" >"$stamp"
}

# constraints_for PYTHON: the tested versions that fit; picamera2 of Raspberry Pi OS bookworm is built for NumPy 1.
constraints_for() {
    if "$1" -c 'import picamera2, numpy; raise SystemExit(numpy.__version__.split(".")[0] != "1")' >/dev/null 2>&1; then
        printf 'constraints/numpy1.txt'
    else
        printf 'constraints/tested.txt'
    fi
}

# need_detector: fetches YuNet's file into models/ unless some folder has it. After a failure it isn't tried for a day.
need_detector() {
    local name=face_detection_yunet_2023mar.onnx tried=models/.fetch_failed
    if [ -f "models/$name" ] || [ -f "${MOODROOM_MODELS:-/nowhere}/$name" ]; then return; fi
    if [ -n "$(find "$tried" -mmin -1440 2>/dev/null)" ]; then return; fi
    local code=0
    # In the foreground, so that Ctrl-C reaches it.
    timeout --foreground 30 "$1" -I scripts/fetch_models >&2 || code=$?
    case $code in
        0) rm -f "$tried" ;;
        130) exit 130 ;;
        *)
            touch "$tried" 2>/dev/null || true
            say "notice: OpenCV's slower Haar detector is used, if OpenCV has it; scripts/fetch_models gets the better one"
            ;;
    esac
}

# The shipped configuration with the page on, on all addresses; the set-up code locks it.
page_on() {
    sed '/^web:/,/^[a-z]*:$/{s/^  enabled: false$/  enabled: true/;s/^  host: 127\.0\.0\.1 /  host: "::"      /}'
}
