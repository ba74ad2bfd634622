"""What becomes of a letter that is not taken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import Collection
from archive.writer import warc_date
from crawler import settings, telling
from crawler.alarms import Alarms, Trouble
from crawler.channels import GRACE
from crawler.diary import Diary, Planned
from crawler.health import settle
from crawler.outbox import GIVE_UP, KEPT, PAUSES, Letter, Outbox
from tests.history import LAST
from tests.telling.support import Hook, clock, program, put, put_by, script, states, until


def test_what_is_refused_is_tried_again_for_days(
    tmp_path: Path,
    home: Collection,
    at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After growing pauses, until it is taken; or for five days, and then reports tell so."""
    door = tmp_path / "door"
    channel = script(tmp_path / "tell", f"test -e {door} || {{ echo closed; exit 1; }}")
    monkeypatch.setattr(settings, "TELL", [channel])
    put(home, "first")
    moment = clock()
    for tries, pause in enumerate(PAUSES, start=1):
        assert [why for _, why in telling.send(home)] == ["closed"]
        assert states(home) == [("first", "waits", tries)]
        at(moment + pause - timedelta(seconds=1))
        assert telling.send(home) == []
        moment += pause
        at(moment)
    door.touch()
    assert [why for _, why in telling.send(home)] == [""]
    assert states(home) == [("first", "taken", len(PAUSES) + 1)]
    door.unlink()
    put(home, "second")
    begin = clock()
    while clock() - begin < GIVE_UP + 2 * PAUSES[-1]:
        telling.send(home)
        at(clock() + PAUSES[-1])
    assert states(home)[1:] == [("second", "given up", 12)]
    (told,) = telling.report_of(home).undelivered
    assert (
        told == f"{channel}: letter 2 of 27 Nov, 01:51 was tried 12 times and was given up: closed"
    )


def test_a_channel_that_takes_nothing_is_an_alarm(
    tmp_path: Path,
    home: Collection,
    at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the second day on, also when the letter was given up, until the channel takes a later
    one or is set no more.
    """
    door, begin = tmp_path / "door", clock()
    deaf = script(tmp_path / "deaf", f"test -e {door} || {{ echo closed; exit 1; }}")
    monkeypatch.setattr(settings, "TELL", [deaf])
    put(home, "first")
    told = list[list[str]]()
    for days in (0, 0.9, 1.1, 5.6, 6.2, 20):
        at(begin + timedelta(days=days))
        telling.send(home)
        told.append([one.evidence for one in settle(home).lasting])
    why = f"{deaf} has not taken what was sent since 2026-11-26T03:30+07:00: closed"
    assert told == [[], [], *[[why]] * 4]
    assert states(home) == [("first", "given up", 4)]
    monkeypatch.setattr(settings, "TELL", [])
    assert [one.rule for one in settle(home).cleared] == ["letters"]
    monkeypatch.setattr(settings, "TELL", [deaf])
    assert [one.rule for one in settle(home).raised] == ["letters"]
    door.touch()
    put(home, "second")
    telling.send(home)
    assert [one.rule for one in settle(home).cleared] == ["letters"]


def test_a_channel_that_hangs_holds_up_no_other(
    tmp_path: Path,
    home: Collection,
    hook: tuple[Hook, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The others take theirs meanwhile; whoever stops need not wait, and the try does not count."""
    _, http = hook
    hangs = program(tmp_path / "hangs", "import time; time.sleep(500)")
    monkeypatch.setattr(settings, "TELL", [hangs, f"json://{http}"])
    put(home, "one", "two")
    stopping = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(telling.send, home, stopping=stopping)
        until(lambda: {("one", "taken", 1), ("two", "taken", 1)} <= set(states(home)))
        assert not sending.done()
        stopping.set()
        sent = sending.result(timeout=GRACE + 10)
    assert [(delivery.name, why) for delivery, why in sent] == [(f"json://{http}", "")] * 2
    with Outbox.of(home) as outbox:
        waiting = outbox.waiting()
    assert [(one.name, one.tries) for one in waiting] == [(hangs, 0), (hangs, 0)]


def test_what_cannot_be_written_holds_up_no_alarm(
    home: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the report has no place, alarms are told all the same, and somebody is told why."""
    out = tmp_path / "out.json"
    monkeypatch.setattr(settings, "TELL", [program(tmp_path / "tell", f"open({str(out)!r}, 'w')")])
    (home.path / "reports").write_text("")
    said = list[str]()
    with Alarms.of(home) as alarms, Diary.of(home) as diary:
        alarms.settle([Trouble("disk", "", "12 MB are free")], warc_date(datetime.now(UTC)))
        at = warc_date(datetime.now(UTC) - timedelta(days=1))
        diary.plan("nightly", [Planned(at, "bao", at)])
        diary.skip("bao", at, "in use", 1)
    post = telling.Post(home, said.append)
    post.see_to()
    until(out.exists)
    post.stop()
    assert [words for words in said if "reports" in words], said


def test_one_that_is_refused_does_not_stop_the_next(
    home: Collection, hook: tuple[Hook, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter that a channel will never take is passed by those behind it at the next try."""
    posted, http = hook
    posted.answers = lambda: 413 if posted.posted[-1]["title"] == "bad" else 200
    monkeypatch.setattr(settings, "TELL", [f"json://{http}"])
    put(home, "bad", "good")
    telling.send(home)
    telling.send(home)
    assert states(home) == [("bad", "waits", 1), ("good", "taken", 1)]


def test_whoever_is_killed_sends_once_more_at_the_most(
    tmp_path: Path,
    home: Collection,
    hook: tuple[Hook, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """kill -9 after the letter has arrived and before that is noted: it comes once more, not
    twice, and what another channel had taken does not come again.
    """
    posted, http = hook
    out = tmp_path / "out"
    command = program(tmp_path / "tell", f"open({str(out)!r}, 'a').write('taken ')")
    told = {"TINHUY_TELL": json.dumps([f"json://{http}", command])}
    put_by(told, home, "one")
    words = [sys.executable, "-m", "crawler.cli", "tell", "now", f"--collection={home.path}"]
    posted.answers = slowly
    with subprocess.Popen(words, env=os.environ | told, stderr=subprocess.DEVNULL) as sending:
        until(lambda: posted.posted and out.exists() and ("one", "taken", 1) in states(home))
        sending.kill()
    assert sorted(states(home)) == [("one", "taken", 1), ("one", "waits", 0)]
    posted.answers = lambda: 200
    monkeypatch.setattr(settings, "TELL", json.loads(told["TINHUY_TELL"]))
    assert [why for _, why in telling.send(home, tries_all=True)] == [""]
    assert telling.send(home, tries_all=True) == []
    assert posted.subjects == ["one", "one"]
    assert out.read_text() == "taken "


def slowly() -> int:
    time.sleep(5)
    return 200


def test_two_who_send_do_not_send_twice(
    home: Collection, hook: tuple[Hook, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes while another is sending waits, and finds nothing to send."""
    posted, http = hook
    monkeypatch.setattr(settings, "TELL", [f"json://{http}"])
    put(home, "one", "two", "three")
    threads = [threading.Thread(target=telling.send, args=(home,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert posted.subjects == ["one", "two", "three"]


def test_a_channel_that_is_not_set_any_more_is_not_asked(
    home: Collection,
    hook: tuple[Hook, str],
    at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its letters wait for it to come back, with another password too, and are given up in time."""
    posted, http = hook
    monkeypatch.setattr(settings, "TELL", [f"json://me:old@{http}/a", f"json://{http}/b"])
    put(home, "one")
    monkeypatch.setattr(settings, "TELL", [f"json://{http}/c"])
    telling.send(home)
    assert posted.posted == []
    monkeypatch.setattr(settings, "TELL", [f"json://me:new@{http}/a"])
    at(clock() + PAUSES[0])
    telling.send(home)
    assert posted.subjects == ["one"]
    while clock() < LAST + GIVE_UP + 3 * PAUSES[-1]:
        at(clock() + PAUSES[-1])
        telling.send(home)
    assert sorted(state for _, state, _ in states(home)) == ["given up", "taken"]


def test_a_clock_that_was_ahead_delays_nothing_for_long(
    home: Collection,
    hook: tuple[Hook, str],
    at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A letter that was refused in a year to come is tried when the clock is right again."""
    posted, http = hook
    posted.answers = lambda: 500 if clock().year > 2026 else 200
    monkeypatch.setattr(settings, "TELL", [f"json://{http}"])
    right = clock()
    at(right + timedelta(days=900))
    put(home, "one")
    telling.send(home)
    at(right)
    assert [why for _, why in telling.send(home)] == [""]


def test_the_outbox_does_not_grow_for_ever(
    home: Collection, at: Callable[[datetime], None]
) -> None:
    """Letters that nobody waits for are forgotten after 90 days."""
    for day in range(0, 400, 10):
        at(LAST + timedelta(days=day))
        with Outbox.of(home) as outbox:
            outbox.put(Letter(subject=str(day), text="a"), [("k", "n")], warc_date(clock()))
            for delivery in outbox.waiting():
                outbox.take(delivery, warc_date(clock()))
    assert len(states(home)) == KEPT.days // 10 + 1
