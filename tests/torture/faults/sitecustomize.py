"""Lets one call that a program makes on the files of a collection go wrong, or be its last.

TORTURE in the environment is a JSON object: `under`, the directory; `call`, which call is struck,
counted from 1; `how`:

refuse    it raises `errno`, and with `for_good` so does every later one
short     a write takes half of what it was given, which is no error
full      the same, and then there is no space left for the next call
kill      kill -9 before it; `torn`: in the middle of a write; `after`: when it is done
term      SIGTERM before it

What strikes without killing is told on stderr. With `synced`, a file outside of the directory, a
JSON line tells there of each file that was synced, with its size then, and of each that was
renamed: the rest would not survive a power cut.

Python imports a module of this name by itself when its directory is in PYTHONPATH.
"""

import errno
import json
import os
import runpy
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Fault:
    """What is to go wrong, and how many calls there were so far."""

    def __init__(self, under: str, call: int, how: str, **options: Any) -> None:
        self.under, self.call, self.how = under, call, how
        self.errno = options.get("errno", errno.EIO)
        self.for_good = options.get("for_good", False)
        self.calls = 0
        self.tell = os.write
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self.synced = os.open(options["synced"], flags) if "synced" in options else None

    def install(self) -> None:
        for name in ("fsync", "ftruncate", "rename", "replace", "unlink"):
            setattr(os, name, self._wrapped(name, getattr(os, name)))
        os.write = self._written(os.write)
        sys.addaudithook(self._opened)

    def _wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(target: Any, *arguments: Any, **options: Any) -> Any:
            if not self._is_ours(target):
                return real(target, *arguments, **options)
            strikes = self._strikes()
            if strikes:
                self._before()
            done = real(target, *arguments, **options)
            self._note(name, target, *arguments)
            if strikes:
                self._after()
            return done

        return wrapped

    def _written(self, real: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        def written(descriptor: int, data: Any) -> int:
            if not self._is_ours(descriptor) or not self._strikes():
                return real(descriptor, data)
            self._before()
            half = self.how in ("short", "full", "torn") and self.calls == self.call
            done = real(descriptor, memoryview(data)[: -(-len(data) // 2)] if half else data)
            self._after()
            return done

        return written

    def _opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
            path = arguments[0]
            named = isinstance(path, (str, bytes, os.PathLike))
            if named and self._is_ours(path) and self._strikes():
                self._before()

    def _note(self, name: str, target: Any, *arguments: Any) -> None:
        if self.synced is None or name not in ("fsync", "rename", "replace"):
            return
        path = _path(target)
        told = [path, os.fstat(target).st_size] if name == "fsync" else [path, _path(arguments[0])]
        self.tell(self.synced, f"{json.dumps(told)}\n".encode())

    def _is_ours(self, target: Any) -> bool:
        try:
            return _path(target).startswith(self.under + os.sep)
        except OSError:
            return False

    def _strikes(self) -> bool:
        self.calls += 1
        return self.calls == self.call or (self.calls > self.call and self._goes_on())

    def _goes_on(self) -> bool:
        return self.for_good or (self.how == "full" and self.calls == self.call + 1)

    def _before(self) -> None:
        if self.how in ("refuse", "short", "full", "term") and self.calls == self.call:
            self.tell(2, f"tortured: {self.how}\n".encode())
        if self.how in ("kill", "term"):
            os.kill(os.getpid(), signal.SIGKILL if self.how == "kill" else signal.SIGTERM)
        if self.how == "refuse":
            raise OSError(self.errno, os.strerror(self.errno))
        if self.how == "full" and self.calls > self.call:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _after(self) -> None:
        if self.how in ("torn", "after"):
            os.kill(os.getpid(), signal.SIGKILL)


def _path(target: Any) -> str:
    """The absolute path of a file, by its descriptor or by any kind of name. Raises OSError."""
    name = os.readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else target
    return os.path.abspath(os.fsdecode(name))


if __name__ == "sitecustomize":
    guard = Path(__file__).parents[2] / "loopback_only" / "sitecustomize.py"
    runpy.run_path(str(guard), run_name="sitecustomize")  # only one of this name is imported
    if "TORTURE" in os.environ:
        Fault(**json.loads(os.environ["TORTURE"])).install()
