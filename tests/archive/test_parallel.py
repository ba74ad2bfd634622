"""One task per file: order, progress, errors, and workers that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import pytest

from archive.errors import WorkerDied
from archive.parallel import over_files, over_tasks

PATHS = [Path(f"{seconds}.{number}") for number, seconds in enumerate((3, 0, 1, 0, 2))]


def slow(path: Path) -> tuple[str, int]:
    time.sleep(int(path.stem) / 20)
    return path.name, os.getpid()


def deadly(path: Path) -> str:
    if path.name == "killer":
        os.kill(os.getpid(), signal.SIGKILL)
    return path.name


def failing(path: Path) -> str:
    raise ValueError(path.name)


@pytest.mark.parametrize("workers", [1, 2, None])
def test_results_come_in_the_order_of_the_files(workers: int | None) -> None:
    """However long each file takes, results keep the order, and each file is told of once."""
    told: list[tuple[Path, int, int]] = []
    results = list(over_files(slow, PATHS, workers, lambda *done: told.append(done)))
    assert [name for name, _ in results] == [path.name for path in PATHS]
    assert {path for path, _, _ in told} == set(PATHS)
    assert [done for _, done, _ in told] == [1, 2, 3, 4, 5]
    assert {total for _, _, total in told} == {5}


def test_one_file_needs_no_process() -> None:
    """A single file is done here, and so is everything when one worker is asked for."""
    assert [pid for _, pid in over_files(slow, PATHS[1:2])] == [os.getpid()]
    assert {pid for _, pid in over_files(slow, PATHS[1:3], 1)} == {os.getpid()}
    assert os.getpid() not in {pid for _, pid in over_files(slow, PATHS, 2)}
    assert list(over_files(slow, [])) == []


def test_a_worker_that_dies_is_named_by_its_file() -> None:
    """Files before the deadly one keep their results; the error names the deadly one."""
    paths = [Path(name) for name in ("a", "b", "killer", "c")]
    results = over_files(deadly, paths, 2)
    assert next(results) == "a"
    assert next(results) == "b"
    with pytest.raises(WorkerDied, match="killer") as caught:
        next(results)
    assert caught.value.path == "killer"


def test_an_error_of_the_function_is_raised() -> None:
    """What the function raises in a worker is raised here."""
    with pytest.raises(ValueError, match=r"3\.0"):
        list(over_files(failing, PATHS, 2))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_its_parent(tmp_path: Path, sent: signal.Signals) -> None:
    """Ctrl-C or the death of the parent ends the workers too, in the middle of a file."""
    script = tmp_path / "parent.py"
    script.write_text(
        "from pathlib import Path\n"
        "from tests.archive.test_parallel import slow\n"
        "from archive.parallel import over_files\n"
        "if __name__ == '__main__':\n"
        "    paths = [Path(f'{n}.x') for n in (0, 0, 1000, 1001)]\n"
        "    for name, pid in over_files(slow, paths, 2):\n"
        "        print(pid, flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as parent:
        assert parent.stdout
        workers = {int(parent.stdout.readline()) for _ in range(2)}
        if sent == signal.SIGINT:
            os.killpg(parent.pid, sent)
        else:
            parent.kill()
        parent.wait(timeout=20)
    end = time.monotonic() + 20
    while any(map(_alive, workers)):
        assert time.monotonic() < end, "a worker is still there"
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("workers", [1, 2, None])
def test_results_come_in_the_order_of_the_tasks(workers: int | None) -> None:
    """However long each task takes, results keep the order."""
    results = list(over_tasks(slow, iter(PATHS), workers))
    assert [name for name, _ in results] == [path.name for path in PATHS]


def test_tasks_are_taken_as_there_is_room() -> None:
    """Of tasks without end only so many are taken as are worked on, and the results are there."""
    taken = list[int]()

    def endless() -> Iterator[Path]:
        for number in count():
            taken.append(number)
            yield Path(f"0.{number}")

    results = over_tasks(slow, endless(), 2)
    assert [name for name, _ in islice(results, 20)] == [f"0.{number}" for number in range(20)]
    results.close()  # type: ignore[attr-defined]
    assert len(taken) < 40


def test_one_task_needs_no_process() -> None:
    """A single task is done here, and so are all when one worker is asked for."""
    assert [pid for _, pid in over_tasks(slow, PATHS[1:2])] == [os.getpid()]
    assert {pid for _, pid in over_tasks(slow, PATHS[1:3], 1)} == {os.getpid()}
    assert os.getpid() not in {pid for _, pid in over_tasks(slow, PATHS, 2)}
    assert list(over_tasks(slow, [])) == []


def test_a_worker_that_dies_is_named_by_its_task() -> None:
    """Every task but the deadly one is done, whichever worker had it in hand."""
    paths = [Path(name) for name in ("a", "b", "killer", *"cdefghijklmnop")]
    results = over_tasks(deadly, iter(paths), 2)
    assert [next(results), next(results)] == ["a", "b"]
    with pytest.raises(WorkerDied, match="killer"):
        next(results)


def test_an_error_of_a_task_is_raised() -> None:
    """What a task raises is raised to whoever asks for its result."""
    with pytest.raises(ValueError, match=r"3\.0"):
        list(over_tasks(failing, PATHS, 2))
