"""The file system that a collection is tortured on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOMY = 256 * 1024 * 1024
_OWN = "TORTURE_OWN_MOUNTS"
_UNSHARE = (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"])


def enter_own_namespace(program: str, arguments: Sequence[str]) -> None:
    """Start this program again where its mounts are its own and end with it, if that may be."""
    if _OWN in os.environ or not (shutil.which("unshare") and shutil.which("mount")):
        return
    for unshare in _UNSHARE:
        if not subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
            os.environ[_OWN] = "1"
            os.execvp(unshare[0], [*unshare, sys.executable, "-m", program, *arguments])


class Disk:
    """A file system of its own at `path`, whose size can be set; or only a directory.

    Where nothing may be mounted a directory stands in, with a limit on the size of each file.
    """

    def __init__(self, path: Path) -> None:
        path.mkdir()
        self.path = path
        self.is_mounted = _OWN in os.environ and self._mount(
            "-t", "tmpfs", "-o", f"size={ROOMY}", "tmpfs"
        )
        self.file_limit: int | None = None

    @property
    def kind(self) -> str:
        return "a tmpfs of its own" if self.is_mounted else "a limit on the size of each file"

    def leave_room(self, size: int) -> None:
        """From now on no more than `size` bytes can be added."""
        if self.is_mounted:
            of = os.statvfs(self.path)
            used = (of.f_blocks - of.f_bfree) * of.f_frsize
            assert self._mount("-o", f"remount,size={used + size}")
        else:
            self.file_limit = size

    def make_room(self) -> None:
        if self.is_mounted:
            assert self._mount("-o", f"remount,size={ROOMY}")
        self.file_limit = None

    def close(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", self.path], check=True)
        shutil.rmtree(self.path)

    def _mount(self, *words: str) -> bool:
        done = subprocess.run(["mount", *words, self.path], capture_output=True, check=False)
        return done.returncode == 0
