"""Waiting for a condition, never for a time."""

import time


def wait_until(condition, seconds=5.0):
    """Polls until the condition holds; says whether it did in time."""
    deadline = time.monotonic() + seconds
    while True:
        if condition():
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.005)
