"""One of the import paths that notebooks know the client by."""

from heliostat_client import *  # noqa: F401,F403
from heliostat_client import __all__ as __all__
