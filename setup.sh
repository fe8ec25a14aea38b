#!/bin/sh
# Prepares this clone for one purpose: sh setup.sh run|test|lint|bench
#
# Needs Python 3.11 or newer and a package registry, nothing else. Packages are those of uv.lock, in .venv; uv itself
# comes from the registry into .uv when it is not installed. A registry set for uv (UV_DEFAULT_INDEX) or for pip
# (PIP_INDEX_URL, pip.conf) is used in place of PyPI. A prepared clone is recognised and left alone.
set -eu
cd "$(dirname "$0")"
goal=${1:-run}

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }
is_root() { [ "$(id -u)" -eq 0 ]; }

case $goal in
    run) groups="" ;;
    test) groups="--group test" ;;
    lint) groups="--group lint --group test" ;; # mypy reads the types of what the code imports
    bench) groups="--group bench" ;;
    *) stop "setup.sh: '$goal' is not a purpose. Use one of: run, test, lint, bench." ;;
esac

wanted="$goal $(cat setup.sh uv.lock pyproject.toml | cksum) $(pwd)"
stamp=.venv/.prepared-$goal
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    ready=yes
else
    ready=no
fi

install_with_apt() { # the packages; quietly true when there is nothing to do
    [ $# -gt 0 ] || return 0
    is_root && command -v apt-get >/dev/null 2>&1 || return 1
    say "Installing with apt-get: $*"
    apt-get update -qq >/dev/null 2>&1 || true
    failed=0
    for package in "$@"; do # one by one, so that one that does not exist here does not stop the others
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" \
            >/dev/null 2>&1 </dev/null || failed=1
    done
    return $failed
}

find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        path=$(command -v "$name" 2>/dev/null) || continue
        if "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$path" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    stop "Huiyin needs Python 3.11 or newer, and found $(python3 --version 2>&1 || echo no python3). Install one first."
}

usable_uv() { # a version that reads this lock file
    version=$("$1" --version 2>/dev/null) || return 1
    "$python" -c 'import re, sys
found = re.search(r"(\d+)\.(\d+)", sys.argv[1])
sys.exit(not found or tuple(map(int, found.groups())) < (0, 8))' "$version"
}

find_uv() {
    for path in "$(command -v uv 2>/dev/null)" .uv/bin/uv .uv/lib/bin/uv; do
        if [ -n "$path" ] && usable_uv "$path"; then
            echo "$path"
            return
        fi
    done
    say "Fetching uv, the package installer, into .uv ..."
    bring_uv || {
        # Debian and Ubuntu split both pip and venv from Python
        install_with_apt python3-venv && bring_uv
    } || stop "uv could not be installed. Install it yourself (pipx install uv), or install the package" \
        "python3-venv (on Debian and Ubuntu, as root: apt-get install python3-venv), check that pip reaches a package registry, and try again."
    for path in .uv/bin/uv .uv/lib/bin/uv; do
        [ -x "$path" ] && usable_uv "$path" && echo "$path" && return
    done
    stop "uv was installed into .uv but does not run there. Delete .uv and try again."
}

bring_uv() {
    rm -rf .uv
    if "$python" -m venv .uv >/dev/null 2>&1 && .uv/bin/python -m pip install -q uv >&2; then
        return 0
    fi
    rm -rf .uv # Debian leaves half an environment behind when its python3-venv is missing
    # --target is allowed where the system's Python is "externally managed", and touches nothing of it
    "$python" -m pip --version >/dev/null 2>&1 && "$python" -m pip install -q --target .uv/lib uv >&2
}

registry_of_pip() { # shell assignments for what pip is told about its registry; uv does not read pip's settings
    "$python" - <<'PYTHON'
import configparser
import os
import shlex
import sys
from pathlib import Path

files = [Path("/etc/pip.conf"), Path("~/.pip/pip.conf"), Path("~/.config/pip/pip.conf"), Path(sys.prefix, "pip.conf")]
files += [Path(os.environ["PIP_CONFIG_FILE"])] if os.environ.get("PIP_CONFIG_FILE") else []
settings = configparser.RawConfigParser()
try:
    settings.read([file.expanduser() for file in files], encoding="utf-8")
except (configparser.Error, RuntimeError):
    pass
for option, variable in (("index-url", "UV_DEFAULT_INDEX"), ("trusted-host", "UV_INSECURE_HOST")):
    value = os.environ.get("PIP_" + option.upper().replace("-", "_"))
    value = value or settings.get("install", option, fallback=None) or settings.get("global", option, fallback=None)
    if value and not os.environ.get(variable):
        print(f"export {variable}={shlex.quote(' '.join(value.split()))}")
PYTHON
}

install_packages() { # no "set -e" in here: the caller tests the result
    export UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv
    unset VIRTUAL_ENV
    # the machine's certificates where it has any: a bureau's proxy is known to them, not to uv's own list
    if [ -e /etc/ssl/certs/ca-certificates.crt ]; then export UV_SYSTEM_CERTS=1; fi
    if [ ! -w "${HOME:-/nonexistent}" ]; then export UV_CACHE_DIR="$PWD/.uv-cache"; fi
    .venv/bin/python -c '' 2>/dev/null || "$uv" venv -q --clear --python "$python" .venv || return 1
    eval "$(registry_of_pip)"
    say "Installing the packages of uv.lock into .venv ..."
    # shellcheck disable=SC2086 # groups are several words
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        "$uv" sync -q --frozen --inexact --no-default-groups $groups --compile-bytecode
    else # the lock names PyPI; its versions and checksums hold for any copy of it
        "$uv" export -q --frozen --no-default-groups $groups --no-emit-project --format requirements.txt \
            --output-file .venv/requirements.txt &&
            "$uv" pip install -q --python .venv --compile-bytecode --require-hashes -r .venv/requirements.txt &&
            "$uv" pip install -q --python .venv --no-deps --editable .
    fi
}

if [ $ready = no ]; then
    python=$(find_python)
    uv=$(find_uv)
    install_packages || stop "The packages could not be installed. Check that this machine reaches a package registry;" \
        "behind a mirror, set UV_DEFAULT_INDEX to its address (for example in ~/.bashrc) and try again."
    printf '%s\n' "$wanted" >"$stamp"
fi

if [ "$goal" = test ]; then
    missing=""
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
        command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
    [ -n "$(fc-list :lang=zh family 2>/dev/null | head -n 1)" ] || missing="$missing fontconfig fonts-noto-cjk"
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
    # shellcheck disable=SC2086 # several packages
    if [ -n "$missing" ] && ! install_with_apt $missing; then
        say "Not installed, so the tests that need them will be skipped:$missing"
        say "To run them too, as root: apt-get install$missing"
    fi
fi
