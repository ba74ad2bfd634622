"""What becomes of a program when the one that began it is gone."""

from __future__ import annotations

import ctypes
import os
import signal

PARENT_VARIABLE = "TINHUY_PARENT"
"""The environment variable that holds the process id of who began a run."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_GONE = signal.SIGUSR2


def end_with_parent() -> None:
    """If the environment names a parent, be told to end in good order when it is gone (Linux)."""
    parent = os.environ.get(PARENT_VARIABLE)
    if not parent:
        return
    signal.signal(_GONE, _end)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _GONE)
    if os.getppid() != int(parent):  # it was gone before we asked
        _end()


def _end(*_: object) -> None:
    """The kernel tells of the death of each thread of the parent; a second SIGTERM would end us at
    once.
    """
    signal.signal(_GONE, signal.SIG_IGN)
    os.kill(os.getpid(), signal.SIGTERM)
