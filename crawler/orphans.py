"""What becomes of a program when the one that began it is gone."""

from __future__ import annotations

import ctypes
import os
import signal

PARENT_VARIABLE = "TINHUY_PARENT"
"""The environment variable that holds the process id of who began a run."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent() -> None:
    """If the environment names a parent, have the kernel send SIGTERM when it is gone (Linux).

    It comes once for each thread of the parent: whoever takes it must not mind a second one.
    """
    if not os.environ.get(PARENT_VARIABLE):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if is_orphan():  # it was gone before we asked
        os.kill(os.getpid(), signal.SIGTERM)


def is_orphan() -> bool:
    """Whether the environment names a parent, and that is gone."""
    parent = os.environ.get(PARENT_VARIABLE)
    return bool(parent) and os.getppid() != int(parent or 0)
