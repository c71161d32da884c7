"""`python -m maps.assets`, which `make` calls."""

import sys

from geo.errors import SetupError
from maps.assets.install import install

try:
    install()
except SetupError as error:
    sys.exit(str(error))
