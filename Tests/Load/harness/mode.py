"""How long the tests take: the environment decides."""

import os

QUICK = os.environ.get("PENSTOCK_QUICK") == "1"
VALGRIND = os.environ.get("PENSTOCK_VALGRIND") == "1"


def seconds(full: float, quick: float) -> float:
    """`quick` when PENSTOCK_QUICK=1, else `full`."""
    return quick if QUICK else full
