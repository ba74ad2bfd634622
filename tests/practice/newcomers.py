"""The five systems as sites that nobody has seen: other names, sections, addresses, ids and skins.

A newcomer renders as its family does; whatever tells one site from another is exchanged on the way
out, and addresses are put back on the way in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from tests.practice.aspnet import TraVinh
from tests.practice.aspx_paper import BaoDongThap
from tests.practice.cms import BaoHaTinh
from tests.practice.liferay import DongThapPortal
from tests.practice.site import PracticeSite
from tests.practice.stories import Story
from tests.practice.truth import Truth
from tests.practice.wire import Answer, Asked
from tests.practice.wordpress import ChoDon

TEXTS = ("text/html", "application/xml", "application/rss+xml", "text/plain")


class Newcomer(PracticeSite):
    """What a family says, in other words. No text of `renames` is a part of another."""

    renames: ClassVar[Mapping[str, str]]
    """Parts of addresses and of the skin: as the family has them, as this site has them."""

    def truth_of(self, story: Story) -> Truth:
        truth = super().truth_of(story)
        urls = tuple(outward(url, self.renames) for url in truth.urls)
        return replace(truth, url=outward(truth.url, self.renames), urls=urls)

    def listing_targets(self) -> tuple[str, ...]:
        targets = super().listing_targets()  # type: ignore[safe-super]
        return tuple(outward(target, self.renames) for target in targets)

    @property
    def start(self) -> str:
        return outward(super().start, self.renames)

    def answer(self, asked: Asked) -> Answer:
        answer = super().answer(replace(asked, target=inward(asked.target, self.renames)))
        if answer.static or not answer.type.startswith(TEXTS):
            return answer
        body = outward(answer.body.decode(), self.renames).encode()
        headers = tuple((name, outward(value, self.renames)) for name, value in answer.headers)
        return replace(answer, body=body, headers=headers)


def outward(text: str, renames: Mapping[str, str]) -> str:
    for own, shown in renames.items():
        text = text.replace(own, shown)
    return text


def inward(text: str, renames: Mapping[str, str]) -> str:
    for own, shown in renames.items():
        text = text.replace(shown, own)
    return text


class ThiXaPortal(Newcomer, DongThapPortal):
    """Liferay at another town: another group, instance, page and layout."""

    name = "thixa"
    title = "Cổng thông tin điện tử Thị ủy Bình Minh, tỉnh Vĩnh Long"
    accent = "#114477"
    sections = (
        ("tin-hoat-dong", "Tin tức - Sự kiện"),
        ("xay-dung-dang", "Công tác Đảng"),
        ("cong-tac-dan-van", "Mặt trận - Đoàn thể"),
    )
    page_size = 9
    first_id = 88_031
    id_step = 57
    renames: ClassVar = {
        "huyenuy": "binhminh",
        "tin-hoat-dong": "tin-tuc-su-kien-noi-bat",
        "xay-dung-dang": "congtacdang",
        "cong-tac-dan-van": "doan-the",
        "chi-tiet-bai-viet": "noi-dung-tin",
        "1mOzUrGkrdAE": "Zk3PwQ81xYtB",
        "plidlayout=3045": "plidlayout=71190",
        "col-md-8": "col-lg-9",
        "columns-2-1": "columns-1-2-1",
    }


class BaoMoi(Newcomer, BaoHaTinh):
    """A paper of the "cms-*" family with other sections and pages of another size."""

    name = "baokhanhmoi"
    title = "Báo Khánh Hòa"
    accent = "#0044aa"
    sections = (
        ("chinh-tri", "Thời sự"),
        ("xay-dung-dang", "Kinh tế"),
        ("nong-thon-moi", "Biển đảo quê hương"),
    )
    page_size = 11
    first_id = 3_103
    id_step = 1
    renames: ClassVar = {
        "chinh-tri": "thoi-su",
        "xay-dung-dang": "kinhte",
        "nong-thon-moi": "bien-dao-que-huong",
        "site-header": "top-header",
        "box-content content-list": "zone zone--list",
        "category__heading": "zone__title",
    }


class DangBoHuyen(Newcomer, ChoDon):
    """WordPress with a tagDiv theme, at another district."""

    name = "dangbohuyen"
    title = "Đảng bộ huyện Bắc Hà, tỉnh Lào Cai"
    accent = "#aa1111"
    sections = (
        ("tin-tuc", "Tin trong huyện"),
        ("xay-dung-dang", "Học tập và làm theo Bác"),
        ("dan-van", "Gương điển hình"),
    )
    page_size = 10
    first_id = 20_007
    id_step = 3
    renames: ClassVar = {
        "category/tin-tuc": "category/tin-trong-huyen",
        "category/xay-dung-dang": "category/hoc-tap-va-lam-theo-bac",
        "category/dan-van": "category/guong",
        "themes/Newspaper": "themes/Newsmag",
        "td-pb-span8": "td-pb-span9",
    }


class TinhUyPortal(Newcomer, TraVinh):
    """The ASP.NET portal elsewhere: other numbers for the site, its pages and sections."""

    name = "tinhuymoi"
    title = "Trang thông tin điện tử Tỉnh ủy Sóc Trăng"
    accent = "#553311"
    sections = (("tin-tuc", "Tin trong tỉnh"), ("nghien-cuu-trao-doi", "Diễn đàn"))
    page_size = 7
    first_id = 12_031
    id_step = 211
    renames: ClassVar = {
        "/1458/39701/71968/tin-tuc": "/2207/51313/80011/tin-trong-tinh",
        "/1458/39701/69623/nghien-cuu-trao-doi": "/2207/51313/80044/dien-dan",
        "/1458/39703/71968": "/2207/51317/80011",
        "/1458/39703/69623": "/2207/51317/80044",
        "menutrai": "cottrai",
        "congcu": "tienich",
    }


class BaoVung(Newcomer, BaoDongThap):
    """The in-house .aspx newspaper under another title, on two hosts as well."""

    name = "baovung"
    title = "Báo Kiên Giang điện tử"
    accent = "#118833"
    sections = (
        ("chinh-tri", "Chính trị - Xã hội"),
        ("xay-dung-dang", "Kinh tế"),
        ("nong-thon", "Du lịch Phú Quốc"),
    )
    page_size = 12
    first_id = 150_011
    id_step = 77
    renames: ClassVar = {
        "chinh-tri": "chinh-tri-xa-hoi",
        "xay-dung-dang": "kinh-te",
        "nong-thon": "du-lich-phu-quoc",
        "cate=342": "cate=12",
        "cate=357": "cate=31",
        "cate=361": "cate=5",
        "cungchuyenmuc": "tinlienquan",
        "xemnhieu": "docnhieu",
    }


NEWCOMERS: tuple[type[Newcomer], ...] = (ThiXaPortal, BaoMoi, DangBoHuyen, TinhUyPortal, BaoVung)
