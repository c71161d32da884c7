#!/bin/sh
# Installs the Debian packages that are missing: `sh .ci/debian.sh`, and with `tests` what only the tests need.
set -eu

missing=""

python_works() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if ! [ -x .venv/bin/python ] && ! python_works python3 && ! python_works /usr/bin/python3; then
    missing="$missing python3 python3-venv"
fi

postgis=no
for control in /usr/share/postgresql/*/extension/postgis.control; do
    major=$(basename "$(dirname "$(dirname "$control")")")
    if [ -e "$control" ] && [ -x "/usr/lib/postgresql/$major/bin/initdb" ]; then postgis=yes; fi
done
# An operator's own database needs none here; the tests always make their own.
if [ $postgis = no ] && { [ -z "${QUANGNAM_DATABASE_URL:-}" ] || [ "${1:-}" = tests ]; }; then
    missing="$missing postgresql postgresql-postgis"
fi

# Somebody else's programs, that read what this one writes: a browser, GDAL, QGIS.
clients=""
if [ "${1:-}" = tests ]; then
    [ -x /usr/bin/chromium ] || clients="$clients chromium"
    [ -x /usr/bin/ogrinfo ] || clients="$clients gdal-bin"
    [ -e /usr/lib/python3/dist-packages/osgeo ] || clients="$clients python3-gdal"
    [ -e /usr/lib/python3/dist-packages/qgis ] || clients="$clients python3-qgis qgis-providers"
fi
needed=$missing
missing="$missing$clients"

[ -n "$missing" ] || exit 0

refuse() {
    echo "Missing here:$missing; ask an administrator for \`apt-get install$missing\`, then run this again." >&2
    # All other tests do without a browser, GDAL and QGIS.
    [ -z "$needed" ] || exit 1
    echo "Until then the tests that drive those programs are skipped." >&2
    exit 0
}

command -v apt-get >/dev/null || refuse
if [ "$(id -u)" = 0 ]; then
    root=""
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    root=sudo
else
    refuse
fi

# Debian would make and start a cluster of its own; where PostgreSQL is already installed that is somebody's decision.
settings=/etc/postgresql-common/createcluster.d
if [ "${missing#*postgresql}" != "$missing" ] && ! [ -e /etc/postgresql-common/createcluster.conf ]; then
    $root mkdir -p $settings || refuse
    echo "create_main_cluster = false" | $root tee $settings/quangnam.conf >/dev/null || refuse
fi

echo "Installing (a minute or two):$missing"
$root apt-get update --quiet --quiet || true
# What dpkg says fills screens, and matters only where it failed.
# shellcheck disable=SC2086 (several words)
if ! said=$($root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $missing 2>&1); then
    echo "$said" >&2
    refuse
fi
