"""The 34 provinces and cities of today, the 63 that they were made of, and the hosts of those.

Source: Nghị quyết 202/2025/QH15 of 12 June 2025, in force since that day; the new authorities began
their work on 1 July 2025, with which districts were abolished as well. Eleven were not merged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from archive.text import search_fold

MERGED_ON = date(2025, 7, 1)
"""The day on which the authorities of the provinces of today began their work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """A province or centrally run city of today. `formed_of` are the names of those that it was
    made of, its own (or its older one) among them: one for each that was not merged.
    """

    name: str
    kind: Literal["tỉnh", "thành phố"]
    formed_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """One host in the place of another. `since` is None where nobody noted the day.

    `known`: "seen", both stand on pages of the site; "likely", inferred from the merger and checked
    by nobody: the first crawl confirms or corrects it.
    """

    old: str
    new: str
    since: date | None
    known: Literal["seen", "likely"]


_CITIES = frozenset(("Hà Nội", "Huế", "Hải Phòng", "Đà Nẵng", "Hồ Chí Minh", "Cần Thơ"))

_FORMED_OF = {
    "Hà Nội": (),
    "Huế": (),
    "Lai Châu": (),
    "Điện Biên": (),
    "Sơn La": (),
    "Lạng Sơn": (),
    "Quảng Ninh": (),
    "Thanh Hóa": (),
    "Nghệ An": (),
    "Hà Tĩnh": (),
    "Cao Bằng": (),
    "Tuyên Quang": ("Hà Giang",),
    "Lào Cai": ("Yên Bái",),
    "Thái Nguyên": ("Bắc Kạn",),
    "Phú Thọ": ("Vĩnh Phúc", "Hòa Bình"),
    "Bắc Ninh": ("Bắc Giang",),
    "Hưng Yên": ("Thái Bình",),
    "Hải Phòng": ("Hải Dương",),
    "Ninh Bình": ("Hà Nam", "Nam Định"),
    "Quảng Trị": ("Quảng Bình",),
    "Đà Nẵng": ("Quảng Nam",),
    "Quảng Ngãi": ("Kon Tum",),
    "Gia Lai": ("Bình Định",),
    "Khánh Hòa": ("Ninh Thuận",),
    "Lâm Đồng": ("Đắk Nông", "Bình Thuận"),
    "Đắk Lắk": ("Phú Yên",),
    "Hồ Chí Minh": ("Bà Rịa - Vũng Tàu", "Bình Dương"),
    "Đồng Nai": ("Bình Phước",),
    "Tây Ninh": ("Long An",),
    "Cần Thơ": ("Sóc Trăng", "Hậu Giang"),
    "Vĩnh Long": ("Bến Tre", "Trà Vinh"),
    "Đồng Tháp": ("Tiền Giang",),
    "Cà Mau": ("Bạc Liêu",),
    "An Giang": ("Kiên Giang",),
}
"""Today's name, and those that lost theirs to it."""

PROVINCES = tuple(
    Province(
        name=name,
        kind="thành phố" if name in _CITIES else "tỉnh",
        formed_of=(name, *lost),
    )
    for name, lost in _FORMED_OF.items()
)

_OTHER_NAMES = {
    "thua thien hue": "Huế",
    "tp ho chi minh": "Hồ Chí Minh",
    "tp hcm": "Hồ Chí Minh",
    "tphcm": "Hồ Chí Minh",
    "sai gon": "Hồ Chí Minh",
    "ba ria vung tau": "Bà Rịa - Vũng Tàu",
    "dac lac": "Đắk Lắk",
    "daklak": "Đắk Lắk",
    "dac nong": "Đắk Nông",
    "bac can": "Bắc Kạn",
}
"""Folded. Huế became a city on 1 January 2025."""

_OTHER_LABELS = {
    "brvt": "Bà Rịa - Vũng Tàu",
    "baria-vungtau": "Bà Rịa - Vũng Tàu",
    "hochiminhcity": "Hồ Chí Minh",
    "hcm": "Hồ Chí Minh",
    "tphcm": "Hồ Chí Minh",
    "thuathienhue": "Huế",
    "sggp": "Hồ Chí Minh",
    "dongkhoi": "Bến Tre",
    "apbac": "Tiền Giang",
}
"""Labels of hosts that are not the squeezed name."""

_PORTALS = {"Bà Rịa - Vũng Tàu": "baria-vungtau", "Hồ Chí Minh": "hochiminhcity"}

_PAPERS = {
    "baohagiang.vn": "baotuyenquang.com.vn",
    "baoyenbai.com.vn": "baolaocai.vn",
    "baobackan.vn": "baothainguyen.vn",
    "baohoabinh.com.vn": "baophutho.vn",
    "baovinhphuc.com.vn": "baophutho.vn",
    "baobacgiang.vn": "baobacninh.com.vn",
    "baothaibinh.com.vn": "baohungyen.vn",
    "baohaiduong.vn": "baohaiphong.vn",
    "baohanam.com.vn": "baoninhbinh.org.vn",
    "baonamdinh.vn": "baoninhbinh.org.vn",
    "baoquangbinh.vn": "baoquangtri.vn",
    "baoquangnam.vn": "baodanang.vn",
    "baokontum.com.vn": "baoquangngai.vn",
    "baobinhdinh.vn": "baogialai.com.vn",
    "baoninhthuan.com.vn": "baokhanhhoa.vn",
    "baodaknong.vn": "baolamdong.vn",
    "baobinhthuan.com.vn": "baolamdong.vn",
    "baophuyen.vn": "baodaklak.vn",
    "baobariavungtau.com.vn": "sggp.org.vn",
    "baobinhduong.vn": "sggp.org.vn",
    "baobinhphuoc.com.vn": "baodongnai.com.vn",
    "baolongan.vn": "baotayninh.vn",
    "baosoctrang.org.vn": "baocantho.com.vn",
    "baohaugiang.com.vn": "baocantho.com.vn",
    "baodongkhoi.vn": "baovinhlong.com.vn",
    "baotravinh.vn": "baovinhlong.com.vn",
    "baoapbac.vn": "baodongthap.vn",
    "baobaclieu.vn": "baocamau.vn",
    "baokiengiang.vn": "baoangiang.com.vn",
}
"""Papers of provinces that lost their name, and the paper of the province they became part of."""


class UnknownProvince(LookupError):
    """No province has or had this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} is no province, of today or before July 2025; its name with or without "
            "marks will do: 'Trà Vinh', 'vinh long'"
        )


def named(name: str) -> str:
    """A province's own spelling of its name, old or new, written with or without marks.

    Raises UnknownProvince.
    """
    plain = _plain(name)
    found = _by_plain_name().get(plain) or _by_plain_name().get(_bare(plain))
    if found is None:
        raise UnknownProvince(name)
    return found


def today(name: str) -> Province:
    """The province of today that has this name, or that it became part of.

    Raises UnknownProvince.
    """
    own = named(name)
    return next(province for province in PROVINCES if own in province.formed_of)


def covers(name: str) -> frozenset[str]:
    """Under which names the timeline of a province stands: of one of today its own and all that
    became part of it; of one that lost its name that, and the name of what it is part of now.

    Raises UnknownProvince.
    """
    own, whole = named(name), today(name)
    return frozenset(whole.formed_of if own == whole.name else (own, whole.name))


def of_host(host: str) -> str | None:
    """The province, by its own name, that a host is called after: "chodon.backan.gov.vn"."""
    for label in reversed(host.lower().split(".")):
        for bare in (label, label.removeprefix("bao"), label.removeprefix("tinhuy")):
            if found := _by_label().get(bare):
                return found
    return None


def in_text(text: str) -> str | None:
    """The province that a title names, by its own name: the one that stands last, and the longest
    there. Marks count, as far as the title has any: "hà nam" is not "Hạ Nậm".
    """
    has_marks = not text.isascii()
    place, found = -1, None
    for name in _names():
        here = (text.casefold(), name.casefold()) if has_marks else (_plain(text), _plain(name))
        at = max((m.end() for m in re.finditer(rf"\b{re.escape(here[1])}\b", here[0])), default=-1)
        if at > place or (at == place >= 0 and found is not None and len(name) > len(found)):
            place, found = at, name
    return found


@cache
def successions() -> tuple[Succession, ...]:
    """Every host that is known, or likely, to have been replaced by another."""
    seen = Succession(old="baodongthap.com.vn", new="baodongthap.vn", since=None, known="seen")
    portals = [
        (f"{_portal(lost)}.gov.vn", f"{_portal(province.name)}.gov.vn")
        for province in PROVINCES
        for lost in province.formed_of[1:]
    ]
    likely = (
        Succession(old=old, new=new, since=MERGED_ON, known="likely")
        for old, new in (*portals, *_PAPERS.items())
    )
    return (seen, *likely)


def succession(host: str) -> Succession | None:
    """What came in the place of a host, if anything did: its own entry, or that of the portal that
    it is a part of ("chodon.backan.gov.vn" went with "backan.gov.vn").
    """
    by_old = {one.old: one for one in successions()}
    labels = host.lower().removeprefix("www.").split(".")
    domains = (".".join(labels[n:]) for n in range(len(labels) - 1))
    return next((by_old[domain] for domain in domains if domain in by_old), None)


@cache
def _names() -> tuple[str, ...]:
    return tuple(name for province in PROVINCES for name in province.formed_of)


@cache
def _by_plain_name() -> dict[str, str]:
    return {_plain(name): name for name in _names()} | _OTHER_NAMES


@cache
def _by_label() -> dict[str, str]:
    return (
        {_portal(name): name for name in _names()}
        | _OTHER_LABELS
        | {_plain(name).replace(" ", ""): name for name in _names()}
    )


def _portal(name: str) -> str:
    return _PORTALS.get(name) or _plain(name).replace(" ", "")


def _plain(name: str) -> str:
    """Without marks, in lower case, words apart by one blank."""
    return " ".join(re.findall(r"\w+", search_fold(name)))


def _bare(plain: str) -> str:
    return re.sub(r"^(?:tinh|thanh pho|tp) ", "", plain)
