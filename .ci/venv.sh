#!/bin/sh
# Makes a virtual environment in the folder named, with the first Python that is new enough.
set -eu

for python in python3 /usr/bin/python3; do
    if "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" -m venv --clear "$1"
    fi
done
echo "Python 3.11 or newer is needed, with its module venv." >&2
exit 1
