"""Stamps and deadlines."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Callable, Optional


def iso_utc_now() -> str:
    """This moment as the scaler reads it: ``2025-09-02T15:40:00Z``."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def wait_until(
    is_done: Callable[[], bool], what: str, interval_seconds: float, timeout_seconds: Optional[float]
) -> None:
    """Ask again and again until the answer is yes.

    Raises:
        TimeoutError: It was not within ``timeout_seconds``; without one this waits for ever.
    """
    deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    while not is_done():
        left = interval_seconds if deadline is None else min(interval_seconds, deadline - time.monotonic())
        if left <= 0:
            raise TimeoutError("{} has not happened within {} s".format(what, timeout_seconds))
        time.sleep(left)
