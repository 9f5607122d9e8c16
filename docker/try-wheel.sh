#!/usr/bin/env bash
# Builds the wheel, installs it in an empty environment and starts it once.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
uv=$PWD/.venv/bin/uv
work=$(mktemp -d)
server=
finish() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT

"$uv" build --quiet --wheel --python "$python" --out-dir "$work/dist" .
"$python" -m venv "$work/env"
grep -v '^-e ' requirements.lock > "$work/lock"
"$uv" pip install --quiet --python "$work/env/bin/python" --require-hashes -r "$work/lock"
"$uv" pip install --quiet --no-deps --python "$work/env/bin/python" "$work"/dist/*.whl

cd "$work"
export GRIDCRM_DATA_DIR=$work/data
"$work/env/bin/gridcrm" upgrade
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$work/env/bin/gridcrm" serve --port "$port" --log-level warning &
server=$!
"$python" - "$port" <<'PY'
import sys, time, urllib.request
base = f"http://127.0.0.1:{sys.argv[1]}"
for _ in range(100):
    try:
        assert b"ok" in urllib.request.urlopen(f"{base}/healthz").read()
        break
    except OSError:
        time.sleep(0.2)
page = urllib.request.urlopen(f"{base}/sign-in").read().decode()
style = page.split('rel="stylesheet" href="')[1].split('"')[0]
assert len(urllib.request.urlopen(base + style).read()) > 10_000, "the wheel lacks its assets"
print("The wheel installs, migrates and serves.")
PY
