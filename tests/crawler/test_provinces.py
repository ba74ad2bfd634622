"""The provinces of today, those before July 2025, and what became of their hosts."""

from __future__ import annotations

import pytest

from crawler import provinces
from crawler.provinces import PROVINCES, UnknownProvince

NOT_MERGED = {
    "Hà Nội", "Huế", "Lai Châu", "Điện Biên", "Sơn La", "Lạng Sơn", "Quảng Ninh", "Thanh Hóa",
    "Nghệ An", "Hà Tĩnh", "Cao Bằng",
}  # fmt: skip


def test_sixty_three_became_thirty_four() -> None:
    """There are 28 provinces and 6 cities; 11 were not merged, the other 23 come of 52; each of the
    63 is in exactly one.
    """
    kinds = [province.kind for province in PROVINCES]
    assert (kinds.count("tỉnh"), kinds.count("thành phố")) == (28, 6)
    assert {one.name for one in PROVINCES if len(one.formed_of) == 1} == NOT_MERGED
    before = [name for one in PROVINCES for name in one.formed_of]
    assert len(before) == len(set(before)) == 63
    assert sum(len(one.formed_of) for one in PROVINCES if one.name not in NOT_MERGED) == 52
    assert sorted(len(one.formed_of) for one in PROVINCES) == [1] * 11 + [2] * 17 + [3] * 6


@pytest.mark.parametrize(
    ("name", "formed_of"),
    [
        ("Vĩnh Long", {"Vĩnh Long", "Bến Tre", "Trà Vinh"}),
        ("Thái Nguyên", {"Thái Nguyên", "Bắc Kạn"}),
        ("Đồng Tháp", {"Đồng Tháp", "Tiền Giang"}),
        ("Gia Lai", {"Gia Lai", "Bình Định"}),
        ("Lâm Đồng", {"Lâm Đồng", "Đắk Nông", "Bình Thuận"}),
        ("Hồ Chí Minh", {"Hồ Chí Minh", "Bình Dương", "Bà Rịa - Vũng Tàu"}),
        ("Đắk Lắk", {"Đắk Lắk", "Phú Yên"}),
        ("Tây Ninh", {"Tây Ninh", "Long An"}),
        ("Phú Thọ", {"Phú Thọ", "Vĩnh Phúc", "Hòa Bình"}),
        ("Quảng Trị", {"Quảng Trị", "Quảng Bình"}),
    ],
)
def test_mergers(name: str, formed_of: set[str]) -> None:
    """A province of today was made of these, and each of them leads to it."""
    assert set(provinces.today(name).formed_of) == formed_of
    assert {provinces.today(old).name for old in formed_of} == {name}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("tra vinh", "Trà Vinh"),
        ("TRÀ VINH", "Trà Vinh"),
        ("Tra\u0300 Vinh", "Trà Vinh"),
        ("tỉnh Đồng Tháp", "Đồng Tháp"),
        ("dong thap", "Đồng Tháp"),
        ("TP. Hồ Chí Minh", "Hồ Chí Minh"),
        ("Thừa Thiên Huế", "Huế"),
        ("ba ria vung tau", "Bà Rịa - Vũng Tàu"),
        ("Thừa Thiên - Huế", "Huế"),
    ],
)
def test_names_are_known_without_marks(written: str, name: str) -> None:
    """Whatever the case, the marks and the word before it, a name is known."""
    assert provinces.named(written) == name


def test_what_was_never_a_province_is_refused() -> None:
    """A wrong name is told with the remedy."""
    with pytest.raises(UnknownProvince, match="is no province"):
        provinces.named("Chợ Đồn")


def test_timelines_run_through_a_merger() -> None:
    """Today's name covers all that it was made of; an old one covers itself and today's."""
    assert provinces.covers("vinh long") == {"Vĩnh Long", "Bến Tre", "Trà Vinh"}
    assert provinces.covers("tra vinh") == {"Trà Vinh", "Vĩnh Long"}
    assert provinces.covers("ha tinh") == {"Hà Tĩnh"}


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("chodon.backan.gov.vn", "Bắc Kạn"),
        ("baohatinh.vn", "Hà Tĩnh"),
        ("tinhuybentre.vn", "Bến Tre"),
        ("hochiminhcity.gov.vn", "Hồ Chí Minh"),
        ("btg.dongthap.gov.vn", "Đồng Tháp"),
        ("xaydungdang.org.vn", None),
        ("127.0.0.1", None),
    ],
)
def test_hosts_are_called_after_provinces(host: str, name: str | None) -> None:
    """A label of a host names a province, alone or behind what it is the site of."""
    assert provinces.of_host(host) == name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Huyện ủy Chợ Đồn - Tỉnh Bắc Kạn", "Bắc Kạn"),
        ("Báo Đồng Tháp Online", "Đồng Tháp"),
        ("Tinh uy Tra Vinh", "Trà Vinh"),
        ("Ban Dân vận Tỉnh ủy Bà Rịa - Vũng Tàu", "Bà Rịa - Vũng Tàu"),
        ("Thị ủy Hạ Nam", None),
        ("", None),
    ],
)
def test_titles_name_provinces(title: str, name: str | None) -> None:
    """The province that a title names is found, and no other for want of a mark."""
    assert provinces.in_text(title) == name


def test_every_lost_name_has_a_portal_and_a_paper_that_were_replaced() -> None:
    """29 provinces lost their name: for the portal and the paper of each a successor is named, no
    host is replaced by itself, and what is only inferred says so.
    """
    found = provinces.successions()
    assert len({one.old for one in found}) == len(found) == 1 + 29 + 29
    assert [one for one in found if one.old == one.new] == []
    assert [one.old for one in found if one.known == "seen"] == ["baodongthap.com.vn"]
    assert all(one.since == provinces.MERGED_ON for one in found if one.known == "likely")
    for one in found:
        before, after = provinces.of_host(one.old), provinces.of_host(one.new)
        assert before is not None
        assert after is not None
        assert provinces.today(before).name == after


def test_a_part_of_a_portal_went_with_it() -> None:
    """A district's host was replaced with its province's portal; a host of today was not."""
    found = provinces.succession("www.chodon.backan.gov.vn")
    assert found is not None
    assert (found.new, found.known) == ("thainguyen.gov.vn", "likely")
    assert provinces.succession("baohatinh.vn") is None
