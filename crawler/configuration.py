"""What a deployment has set: one file and the environment, over what is built in.

The file is the one that TINHUY_CONFIG names, else `tinhuy/tinhuy.toml` in XDG_CONFIG_HOME
(~/.config), else /etc/tinhuy/tinhuy.toml. It is TOML 1.0: a line for each setting, by its name in
small letters. TINHUY_<NAME> in the environment goes before it: a text as it is, anything else as
the file would have it, and a list of texts also with commas between them; an empty one is as good
as none. What may be set is what has a docstring in the settings, to what is of the same type.
"""

from __future__ import annotations

import ast
import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from types import ModuleType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

PREFIX = "TINHUY_"
VARIABLE = "TINHUY_CONFIG"
"""The environment variable that names the file."""

SUBJECT, HTML = "TINHUY_SUBJECT", "TINHUY_HTML"
"""What a program that is a channel is told of a letter (`crawler.channels`)."""

NOT_SETTINGS = {VARIABLE, "TINHUY_PARENT", "TINHUY_RUN", SUBJECT, HTML}
"""Variables of ours that say something else: two are told by the schedule to its runs."""

BUILT_IN = "built in"
EVERYWHERE = "/etc/tinhuy/tinhuy.toml"

Secret = Annotated[str, "secret"]
"""The type of a text, in a list too, that is shown to nobody: an address that holds a key."""


@dataclass(frozen=True, slots=True)
class Between:
    """The bounds of a number; it may be either of them. Annotated[int, Between(1, 9)] is a type."""

    least: float
    most: float


_ANY = Between(0, 1e15)
"""No number is negative, or too large to be reckoned with as it is."""

_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
Hours = Annotated[str, rf"(?:({_TIME})-(?!\1){_TIME})?", "hours of the day, as 22:00-05:00"]
"""The type of hours of the day, over midnight if they end before they begin; or an empty text."""

ImportPath = Annotated[
    str, r"[^\W\d]\w*(?:\.[^\W\d]\w*)+", "a module and a name, as package.module.name"
]
"""The type of where something stands in Python."""

_HIDDEN = "***"
_PASSWORD = re.compile(r"(?<=://)[^/?#\s]*(?=@)")
_WIDTH = 88


class BadConfiguration(SystemExit):
    """A file or a variable that cannot be understood, found before anything is done: whoever lets
    it pass ends with its one line on stderr. `where` is the file or the variable.
    """

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(f"tinhuy: {where}: {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`source` is a file, a variable or BUILT_IN; `kind` is a type as an annotation writes it."""

    name: str
    why: str
    kind: Any
    default: Any
    value: Any
    source: str = BUILT_IN

    @property
    def is_secret(self) -> bool:
        """Whether its value holds what not everybody should read."""
        return bool(self.shown != self.value)

    @property
    def shown(self) -> Any:
        """Its value with passwords hidden."""
        return _hidden(self.value, _is_marked(self.kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """The file that was read, if there is one, and all that may be set, in the code's order."""

    file: Path | None
    settings: tuple[Setting, ...]


def configure(module: ModuleType, environment: Mapping[str, str] = os.environ) -> Configured:
    """Put into a module of settings what was set. Raises BadConfiguration, and changes nothing."""
    known = {setting.name: setting for setting in _settings_of(module)}
    file = _find(environment)
    given = dict(_in_file(file, known)) if file else {}
    given |= _in_environment(environment, known)
    settings = tuple(given.get(name, setting) for name, setting in known.items())
    for setting in settings:
        setattr(module, setting.name, setting.value)
    return Configured(file=file, settings=settings)


def example(configured: Configured) -> str:
    """A file with all that may be set: what each decides, and as a comment what is built in."""
    return "\n\n".join(map(_explained, configured.settings))


def as_toml(value: Any) -> str:
    """A value as the file would have it, in one line."""
    match value:
        case dict():
            pairs = (f"{as_toml(key)} = {as_toml(each)}" for key, each in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list():
            return f"[{', '.join(map(as_toml, value))}]"
        case str() | bool() | int() | float():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)


def _settings_of(module: ModuleType) -> Iterator[Setting]:
    kinds = get_type_hints(module, include_extras=True)
    for name, why in _docstrings(Path(module.__file__ or "").read_text(encoding="utf-8")):
        default = getattr(module, name)
        kind = kinds.get(name, type(default))
        yield Setting(name=name, why=why, kind=kind, default=default, value=default)


def _docstrings(source: str) -> Iterator[tuple[str, str]]:
    """The names with a docstring behind them, and what it says."""
    for assigned, behind in pairwise(ast.parse(source).body):
        match assigned, behind:
            case (
                ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(why))),
            ) if name.isupper():
                yield name, " ".join(why.split())


def _find(environment: Mapping[str, str]) -> Path | None:
    if named := environment.get(VARIABLE):
        return Path(os.path.expanduser(named))
    own = os.path.expanduser(environment.get("XDG_CONFIG_HOME") or "~/.config")
    file = Path(own) / "tinhuy" / "tinhuy.toml"
    if os.path.exists(file):  # not where nobody may look: a service may have no home
        return file
    return Path(EVERYWHERE) if _is_there(Path(EVERYWHERE)) else None


def _is_there(file: Path) -> bool:
    """Also if this user may not look: without what is set for all, another collection is meant."""
    try:
        os.stat(file)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


def _in_file(file: Path, known: Mapping[str, Setting]) -> Iterator[tuple[str, Setting]]:
    names = {name.lower(): name for name in known}
    for key, value in _read(file).items():
        if key not in names:
            near = difflib.get_close_matches(key.lower(), names, n=1)
            raise BadConfiguration(str(file), _unknown(key, near))
        setting = known[names[key]]
        yield setting.name, _set(setting, value, str(file), f"{file}: {key}")


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode())
    except PermissionError as error:
        told = f"{error.strerror}; run this as a user who may read it, or name a file by {VARIABLE}"
        raise BadConfiguration(str(file), told) from error
    except OSError as error:
        told = f"{error.strerror}; write that file, or name another by {VARIABLE}"
        raise BadConfiguration(str(file), told) from error
    except ValueError as error:
        told = f"no TOML: {error}; write a setting as host_delay = 2.0, and texts in quotes"
        raise BadConfiguration(str(file), told) from error


def _in_environment(
    environment: Mapping[str, str], known: Mapping[str, Setting]
) -> Iterator[tuple[str, Setting]]:
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS or not text:
            continue
        name = variable.removeprefix(PREFIX)
        if name not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            raise BadConfiguration("environment", _unknown(variable, [PREFIX + n for n in near]))
        yield name, _set(known[name], _of_text(text, known[name].kind), variable, variable)


def _unknown(name: str, near: list[str]) -> str:
    hint = f"did you mean {near[0]}?" if near else "docs/settings.md has all that is"
    return f"{name!a} is no setting; {hint}"


def _of_text(text: str, kind: Any) -> Any:
    """What a variable says; a text that is no value stays one, and so does not fit."""
    base = _base(kind)
    if base is str:
        return text
    if base is list and not text.startswith("["):
        return [part.strip() for part in text.split(",")]
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:
        return text


def _set(setting: Setting, value: Any, source: str, where: str) -> Setting:
    if not _fits(value, setting.kind):
        shown = as_toml(_hidden(value, _is_marked(setting.kind)))
        raise BadConfiguration(where, f"{shown:.200} does not fit: write {_wanted(setting.kind)}")
    return replace(setting, value=value, source=source)


def _base(kind: Any) -> Any:
    """The plain type of a kind."""
    origin = get_origin(kind) or kind
    if origin is Annotated:
        return get_args(kind)[0]
    return str if origin is Literal else origin


def _fits(value: Any, kind: Any) -> bool:
    origin, arguments = get_origin(kind) or kind, get_args(kind)
    if origin is Literal:
        return value in arguments
    if origin is Annotated:
        return _fits(value, arguments[0]) and _is_within(value, arguments[1:])
    if origin is list:
        return isinstance(value, list) and all(_fits(each, *arguments) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(v, arguments[1]) for v in value.values())
    if origin in (int, float):
        is_number = isinstance(value, int if origin is int else (int, float))
        return is_number and not isinstance(value, bool) and _is_within(value, (_ANY,))
    return isinstance(value, origin) and (origin is not str or value.isprintable())


def _is_within(value: Any, bounds: tuple[object, ...]) -> bool:
    match bounds:
        case (Between() as span,):
            return bool(span.least <= value <= span.most)
        case (str(pattern), _):
            return re.fullmatch(pattern, value) is not None
    return True


def _wanted(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return f"one of {', '.join(get_args(kind))}"
    told = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    if len(told) == 2:
        return str(told[1])
    span = told[0] if told and isinstance(told[0], Between) else _ANY
    return {
        bool: "true or false",
        int: f"a whole number from {span.least:.15g} to {span.most:.15g}",
        float: f"a number from {span.least:.15g} to {span.most:.15g}",
        str: "a text of one line, in the file in quotes",
        list: 'a list of such things, as ["one", "other"]',
        dict: "a table of names and values",
    }[_base(kind)]


def _is_marked(kind: Any) -> bool:
    """Whether a kind is Secret, or made of it."""
    return kind == Secret or any(map(_is_marked, get_args(kind)))


def _hidden(value: Any, is_marked: bool) -> Any:
    """The same without what is secret: all of a marked text, the password of an address."""
    match value:
        case str():
            return _HIDDEN if is_marked and value else _PASSWORD.sub(_HIDDEN, value)
        case list():
            return [_hidden(each, is_marked) for each in value]
        case dict():
            return {key: _hidden(each, is_marked) for key, each in value.items()}
    return value


def _explained(setting: Setting) -> str:
    lines = (f"# {line}" for line in wrap(setting.why, _WIDTH))
    return "\n".join((*lines, f"# {setting.name.lower()} = {as_toml(setting.default)}"))
