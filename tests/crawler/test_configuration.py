"""What is set by a file and by the environment, over what is built in; and what is no setting."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import pytest

from crawler import configuration
from crawler.configuration import BadConfiguration, Configured, configure, example

SOURCE = '''
from typing import Annotated, Literal

from crawler.configuration import Between, Secret

NAME = "one"
"""A text."""

COUNT = 4
"""A number
of things."""

DELAY = 2.0
"""Seconds."""

IS_ON = True
"""Whether."""

LEVEL: Literal["LOW", "HIGH"] = "LOW"
"""A choice."""

HOURS: Annotated[str, r"(\\d\\d-\\d\\d)?", "hours as 22-05"] = ""
"""A text of a form."""

PORT: Annotated[int, Between(1, 65535)] = 1
"""A number of a range."""

TELL: list[Secret] = []
"""Addresses."""

WORDS = ["a", "b"]
"""Texts."""

LIMITS: dict[str, float] = {}
"""Numbers by name."""

WIRING = "inner"  # what nobody sets
'''


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    """Settings of every type that there is."""
    path = tmp_path / "settings.py"
    path.write_text(SOURCE)
    made = ModuleType("settings")
    made.__file__ = str(path)
    exec(compile(SOURCE.replace("WORDS = [", "WORDS: list[str] = ["), path, "exec"), vars(made))
    return made


def configured(module: ModuleType, file: str = "", **environment: str) -> Configured:
    """As this file and these variables configure it."""
    path = Path(module.__file__ or "").with_name("tinhuy.toml")
    path.write_text(file)
    return configure(module, {"TINHUY_CONFIG": str(path), **environment})


def test_the_environment_goes_before_the_file(module: ModuleType) -> None:
    """What neither says is built in, and of each value is told where it is from."""
    found = configured(module, 'name = "file"\ncount = 5', TINHUY_NAME="environment")
    sources = {one.name: Path(one.source).name for one in found.settings}
    assert (module.NAME, module.COUNT, module.DELAY) == ("environment", 5, 2.0)
    assert (sources["NAME"], sources["COUNT"]) == ("TINHUY_NAME", "tinhuy.toml")
    assert sources["DELAY"] == "built in"


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("NAME", "a, [b", "a, [b"),
        ("COUNT", "1_000", 1000),
        ("DELAY", "1", 1),
        ("IS_ON", "false", False),
        ("LEVEL", "HIGH", "HIGH"),
        ("HOURS", "22-05", "22-05"),
        ("WORDS", "one, other", ["one", "other"]),
        ("WORDS", '["one,", "other"]', ["one,", "other"]),
        ("LIMITS", '{one = 1, "other one" = 0.5}', {"one": 1, "other one": 0.5}),
        ("COUNT", "", 4),
    ],
)
def test_variables_hold_every_type(
    module: ModuleType, variable: str, text: str, value: object
) -> None:
    """Texts as they are, lists with commas, all else as in the file; empty is not set."""
    configured(module, **{f"TINHUY_{variable}": text})
    assert getattr(module, variable) == value


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("cuont = 5", "did you mean count?"),
        ("NAME = 'x'", "did you mean name?"),
        ("wiring = 'x'", "'wiring' is no setting"),
        ("count = '5'", 'count: "5" does not fit: write a whole number'),
        ("count = true", "whole number"),
        ("port = 0", "port: 0 does not fit: write a whole number from 1 to 65535"),
        ("port = 1.5", "a whole number from 1 to 65535"),
        ("port = true", "a whole number from 1 to 65535"),
        ("count = -1", "from 0"),
        ("count = 9999999999999999999999", "from 0 to 1"),
        ("delay = 1e300", "from 0 to 1"),
        ("delay = nan", "a number"),
        ("is_on = 1", "true or false"),
        ("level = 'MIDDLE'", "one of LOW, HIGH"),
        ("hours = '22'", "hours as 22-05"),
        ("words = 'one'", "a list"),
        ("words = [1]", "a list"),
        ("limits = {one = 'x'}", "a table"),
        ('name = "a\\nb"', "of one line"),
        ("name = 1979-05-27", "a text"),
        ("[schedule]\ncount = 5", "'schedule' is no setting"),
        ("count 5", "no TOML"),
        ("count = 5\ncount = 6", "no TOML"),
        ("name = '\udcff'", "no TOML"),
        ("tell = [['exec://KEY']]", '[["***"]]'),
    ],
)
def test_what_cannot_be_set_is_told(module: ModuleType, file: str, said: str) -> None:
    """The file, the key and the remedy are named in one line, and nothing is set."""
    path = Path(module.__file__ or "").with_name("tinhuy.toml")
    path.write_bytes(
        ("name = 'file'\n" * (not file.startswith("name")) + file).encode(errors="surrogateescape")
    )
    with pytest.raises(BadConfiguration) as raised:
        configure(module, {"TINHUY_CONFIG": str(path)})
    told = str(raised.value)
    assert said in told
    assert told.startswith(f"tinhuy: {path}: ")
    assert len(told.splitlines()) == 1
    assert module.NAME == "one"


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("TINHUY_CUONT", "5", "did you mean TINHUY_COUNT?"),
        ("TINHUY_WIRING", "x", "'TINHUY_WIRING' is no setting"),
        ("TINHUY_COUNT", "five", 'TINHUY_COUNT: "five" does not fit'),
        ("TINHUY_LIMITS", "{", "a table"),
        ("TINHUY_CONFIG", "/nowhere/tinhuy.toml", "/nowhere/tinhuy.toml: No such file"),
        ("TINHUY_CONFIG", "/", "/: Is a directory"),
    ],
)
def test_a_variable_that_cannot_be_is_told(
    module: ModuleType, variable: str, text: str, said: str
) -> None:
    """Also one that nobody reads: it is a slip of the pen, not a wish."""
    with pytest.raises(BadConfiguration) as raised:
        configured(module, **{variable: text})
    assert said in str(raised.value)


def test_passwords_are_not_shown(module: ModuleType) -> None:
    """Neither the password of any address nor anything of what is marked as secret."""
    file = 'name = "smtp://me:hidden@mail.example"\ntell = ["slack://hidden/hidden"]'
    found = {one.name: one for one in configured(module, file).settings}
    assert found["NAME"].shown == "smtp://***@mail.example"
    assert found["TELL"].shown == ["***"]
    assert [name for name, one in found.items() if one.is_secret] == ["NAME", "TELL"]


def test_the_file_is_where_it_is_looked_for(module: ModuleType, tmp_path: Path) -> None:
    """In the configuration directory of the user, when no variable names one."""
    path = tmp_path / "tinhuy" / "tinhuy.toml"
    path.parent.mkdir()
    path.write_text("count = 7")
    assert configure(module, {"XDG_CONFIG_HOME": str(tmp_path)}).file == path
    assert module.COUNT == 7


@pytest.mark.parametrize("shut", ["etc", "etc/tinhuy.toml"])
def test_what_is_set_for_all_may_not_be_read(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, shut: str
) -> None:
    """Who may not search the directory, or not read the file, is told so in one line, and does not
    work on with what is built in. A home that may not be looked into holds nothing.
    """
    with TemporaryDirectory() as temporary:
        place = Path(temporary)
        place.chmod(0o755)
        file = place / "etc" / "tinhuy.toml"
        file.parent.mkdir()
        file.write_text("count = 7")
        (place / "home").mkdir(0)
        module.__file__ = str(shutil.copy(str(module.__file__), place / "settings.py"))
        monkeypatch.setattr(configuration, "EVERYWHERE", str(file))
        homeless = {"XDG_CONFIG_HOME": str(place / "home")}
        with as_nobody():
            assert configure(module, homeless).file == file
        (place / shut).chmod(0)
        with as_nobody(), pytest.raises(BadConfiguration) as raised:
            configure(module, homeless)
        (place / shut).chmod(0o755)
    assert str(raised.value).startswith(f"tinhuy: {file}: Permission denied; ")
    assert configuration.VARIABLE in str(raised.value)


@contextmanager
def as_nobody() -> Iterator[None]:
    """By a user to whom the modes of files mean something."""
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_the_example_can_be_loaded(module: ModuleType) -> None:
    """As it is it sets nothing; with its values uncommented it sets what is built in."""
    printed = example(configured(module))
    assert all(line.startswith("#") for line in printed.splitlines() if line)
    assert "# A number of things.\n# count = 4\n" in printed
    values = [line[2:] for line in printed.splitlines() if " = " in line]
    found = configured(module, "\n".join(values)).settings
    assert len(values) == len(found) == 10
    assert all(one.value == one.default for one in found)
    assert all(one.source != "built in" for one in found)


# The program


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tinhuy.toml"
    path.write_text(f'collection = "{tmp_path}/c"\nhost_delay = 9\ncontact = "a@b.example"\n')
    path.chmod(0o644)
    return path


def test_the_program_is_configured(file: Path) -> None:
    """Commands have the values of the file and of the environment, and tell where they are from."""
    done = run("crawler.cli", "config", "--json", TINHUY_CONFIG=str(file), TINHUY_HOST_DELAY="8")
    told = json.loads(done.stdout)
    assert told["file"] == str(file)
    assert told["settings"]["host_delay"] == {"value": 8, "from": "TINHUY_HOST_DELAY"}
    assert told["settings"]["contact"] == {"value": "a@b.example", "from": str(file)}
    assert told["settings"]["patience"] == {"value": 600, "from": "built in"}
    added = run("crawler.cli", "schedule", "add", "every 6 hours", TINHUY_CONFIG=str(file))
    assert added.returncode == 0
    assert (file.parent / "c" / "collection.json").exists()


def test_scrapy_is_configured(file: Path) -> None:
    """`scrapy` has the same values, what is made of them too; -s goes before them."""
    scrapy = ("scrapy", "settings", "--get")
    asked = {"TINHUY_CONFIG": str(file), "SCRAPY_SETTINGS_MODULE": "crawler.settings"}
    assert run(*scrapy, "HOST_DELAY", **asked).stdout.strip() == "9"
    assert "; a@b.example)" in run(*scrapy, "USER_AGENT", **asked).stdout
    assert run(*scrapy, "HOST_DELAY", "-s", "HOST_DELAY=3", **asked).stdout.strip() == "3"


def test_sites_that_say_nothing_have_what_is_set(file: Path) -> None:
    """The delay of the file is that of every site whose own file names none."""
    code = (
        "from crawler.site import Politeness; print(Politeness().delay, Politeness(delay=1).delay)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"TINHUY_CONFIG": str(file)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["9", "1"]


@pytest.mark.parametrize("program", [("crawler.cli", "doctor"), ("scrapy", "list")])
def test_a_mistake_ends_the_program(file: Path, program: tuple[str, ...]) -> None:
    """One line on stderr, no traceback, an exit code that is not 0, and nothing done."""
    file.write_text(file.read_text() + "host_dealy = 1\n")
    asked = {"TINHUY_CONFIG": str(file), "SCRAPY_SETTINGS_MODULE": "crawler.settings"}
    done = run(*program, **asked)
    assert done.returncode == (2 if program[0] == "crawler.cli" else 1)
    assert done.stderr == (
        f"tinhuy: {file}: 'host_dealy' is no setting; did you mean host_delay?\n"
    )
    assert done.stdout == ""
    assert not (file.parent / "c").exists()


def test_a_host_of_somebody_is_not_asked_faster(file: Path) -> None:
    """A delay under half a second is refused for hosts that are not loopback, whoever set it."""
    done = run("crawler.cli", "crawl", "http://paper.invalid/", TINHUY_HOST_DELAY="0.1",
               TINHUY_CONFIG=str(file))  # fmt: skip
    assert done.returncode == 2
    assert "host_delay" in done.stderr
    assert not (file.parent / "c").exists()


def test_the_example_of_the_program_can_be_loaded(file: Path) -> None:
    """What `config --example` prints sets what is built in, once it is uncommented."""
    printed = run("crawler.cli", "config", "--example").stdout
    file.write_text("\n".join(line[2:] for line in printed.splitlines() if " = " in line))
    done = run("crawler.cli", "config", "--json", TINHUY_CONFIG=str(file))
    built_in = json.loads(run("crawler.cli", "config", "--json").stdout)
    told = json.loads(done.stdout)
    assert {one["from"] for one in told["settings"].values()} == {str(file)}
    for name, one in told["settings"].items():
        assert one["value"] == built_in["settings"][name]["value"]


@pytest.mark.parametrize(("mode", "verdict"), [(0o644, "warning"), (0o640, "ok")])
def test_doctor_minds_who_reads_a_password(file: Path, mode: int, verdict: str) -> None:
    """A file with a password that all users can read is a warning; one of a group is not."""
    file.write_text('contact = "https://me:hidden@b.example/"')
    file.chmod(stat.S_IFREG | mode)
    done = run("crawler.cli", "doctor", "--json", TINHUY_CONFIG=str(file),
               TINHUY_COLLECTION=str(file.parent / "c"))  # fmt: skip
    found = {one["what"]: one for one in json.loads(done.stdout)}["configuration"]
    assert found["verdict"] == verdict
    assert str(file) in found["detail"]
    assert "hidden" not in found["detail"]
