# shellcheck shell=bash
# Sourced after environment.sh by what works inside a Debian of its own: makes its root, and runs commands there.

# make_root SUITE FOLDER PACKAGES: creates FOLDER with a Debian of the release SUITE, once; PACKAGES are joined by commas.
make_root() {
    local suite=$1 folder=$2 packages=$3 log=$2.log
    [ -e "$folder/.whole" ] && return
    install_debian "for a Debian of its own" mmdebstrap
    say "making Debian $suite in $folder (once; a minute or two)"
    rm -rf "$folder"
    mkdir -p "$(dirname "$folder")"
    mmdebstrap --quiet --variant=apt --include="$packages" "$suite" "$folder" >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        return 1
    }
    touch "$folder/.whole"
}

# share_network FOLDER: names, certificates and pip's configuration of this machine hold in the root, too.
share_network() {
    local folder=$1 file
    rm -f "$folder/etc/resolv.conf"
    cp -L /etc/resolv.conf "$folder/etc/resolv.conf"
    mkdir -p "$folder/etc/ssl/certs"
    cp -L /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
    for file in /etc/pip.conf /etc/xdg/pip "${XDG_CONFIG_HOME:-${HOME:=/root}/.config}/pip" "${HOME:=/root}/.pip"; do
        [ -e "$file" ] || continue
        mkdir -p "$folder$(dirname "$file")"
        cp -rLT "$file" "$folder$file"
    done
}

# pip_folders: the folders of this machine that pip reads packages from, one a line.
pip_folders() {
    local place
    {
        python3 -m pip config list 2>/dev/null || true
        printf '%s\n' "${PIP_FIND_LINKS:-}" "${PIP_INDEX_URL:-}" "${PIP_EXTRA_INDEX_URL:-}"
    } | grep -oE "(file://)?/[^ '\"]+" | while read -r place; do
        # An index's files lie beside its pages.
        case $place in file://*) place=$(dirname "${place#file://}") ;; esac
        [ ! -d "$place" ] || printf '%s\n' "$place"
    done | sort -u
}

# in_root FOLDER COMMAND...: runs COMMAND as root in the root, with this machine's network and the caller's PIP_* variables.
in_root() {
    local folder=$1 name settings=()
    shift
    for name in $(compgen -e); do
        case $name in PIP_* | *_proxy | *_PROXY) settings+=("$name=${!name}") ;; esac
    done
    # shellcheck disable=SC2016 # the inner shell expands these
    unshare --mount --propagation private bash -euc '
        folder=$1 shared=$2; shift 2
        mount -t proc proc "$folder/proc"; mount --rbind /dev "$folder/dev"; mount -t tmpfs tmpfs "$folder/tmp"
        for place in $shared; do mkdir -p "$folder$place"; mount --bind -o ro "$place" "$folder$place"; done
        exec chroot "$folder" "$@"
    ' - "$folder" "$(pip_folders | tr '\n' ' ')" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "${settings[@]}" "$@" </dev/null
}

# boot OPTION...: starts the system in $root under systemd-nspawn with these options; $work/boot.log is its console.
# inside COMMAND...: runs a command in it, as its root. halt: ends it.
# shellcheck disable=SC2154 # root and work are the caller's
boot() {
    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 setsid systemd-nspawn --quiet --directory "$root" --register=no --keep-unit \
        --resolv-conf=off "$@" --boot >"$work/boot.log" 2>&1 </dev/null &
    nspawn=$!
    local tries
    for tries in $(seq 120); do
        first=$(pgrep -P "$nspawn" -x systemd | head -n 1 || true)
        if [ -n "$first" ] && inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; then return; fi
        sleep 0.5
    done
    tail -n 20 "$work/boot.log" >&2
    say "the system doesn't start after $tries tries; see $work/boot.log"
    exit 2
}
inside() {
    nsenter --target "$first" --mount --uts --ipc --pid --cgroup env -i HOME=/root TERM=dumb LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
halt() {
    [ -n "${nspawn:-}" ] || return 0
    # SIGRTMIN+4 is `poweroff` to a systemd in a container.
    kill -s RTMIN+4 "$first" 2>/dev/null || true
    wait "$nspawn" 2>/dev/null || true
    nspawn=''
}
