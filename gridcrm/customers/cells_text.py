"""Words of a customer file as values: names, lists, and answers from closed sets."""

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from geo import Datum
from gridcrm.core.i18n import N_
from gridcrm.core.sheets import Cell
from gridcrm.customers.cells import Reading, plain, refuse
from gridcrm.customers.models import Tier
from gridcrm.customers.products import named

_T = TypeVar("_T")

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_DOTS = re.compile(r"[•・‧∙⋅．]")
_CJK_ONLY = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\s]+")
_LETTER = re.compile(r"[^\W\d_]")
_LIST = re.compile(r"[、,，;；/／|｜\n]+")
_LIST_OF_PRODUCTS = re.compile(r"[、,，;；|｜\n]+")
_SPACES = re.compile(r"\s+")
_WORD_GAPS = re.compile(r"[\s_\-()]+")
_CHILDREN = re.compile(r"(?:有|育有)?([一二两三四五六\d])(?:个|名)?(?:孩|子女|小孩|孩子|子|女|胎)?")
_NOTHING = frozenset(["无", "暂无", "没有", "none", "未知", "不详"])

_GENDERS = {
    "male": "male m man 男 男性 男士 先生",
    "female": "female f woman 女 女性 女士",
}
_TIERS = {
    Tier.MASS: "mass 大众 大众客户 普通 普通客户 基础 基础客户",
    Tier.POTENTIAL: "potential 潜力 潜力客户",
    Tier.PREFERRED: "preferred 优质 优质客户 优选 优选客户",
    Tier.AFFLUENT: "affluent 财富 财富客户 贵宾 贵宾客户",
    Tier.PRIVATE: "private 私行 私行客户 私人银行 私人银行客户",
}
_CONSENTS = {
    "granted": "granted agreed optin yes y true 1 已同意 同意 已授权 授权 是 √ ✓",
    "refused": "refused declined optout no n false 0 不同意 拒绝 已拒绝 拒绝授权 不授权 否 × ✗",
}
_UNDECIDED = frozenset(
    [
        "未同意",
        "未授权",
        "未签署",
        "未征询",
        "未询问",
        "待确认",
        "待定",
        "未表态",
        "pending",
        "unknown",
        "未知",
    ]
)
_ANSWERS = {
    True: "yes y true 1 有 是 √ ✓ 已育 育有 有子女 有小孩",
    False: "no n false 0 无 否 没有 × ✗ 未育 无子女 无小孩",
}
_DATUMS = {
    Datum.WGS84: "wgs84 gps epsg4326 4326 cgcs2000 天地图 国家2000 大地2000",
    Datum.GCJ02: "gcj02 gcj 火星 火星坐标 火星坐标系 国测局 高德 高德地图 高德坐标 amap 腾讯 腾讯地图 腾讯坐标",
    Datum.BD09: "bd09 bd09ll 百度 百度地图 百度坐标 baidu",
}


def _index(words: Mapping[_T, str]) -> dict[str, _T]:
    return {word: value for value, line in words.items() for word in line.split()}


_GENDER_OF, _TIER_OF, _CONSENT_OF = _index(_GENDERS), _index(_TIERS), _index(_CONSENTS)
_ANSWER_OF, _DATUM_OF = _index(_ANSWERS), _index(_DATUMS)


def parse_name(cell: Cell, _reading: Reading) -> str:
    """Return a person's name; the spaces that align two characters with three are removed."""
    if isinstance(cell, str) and _LETTER.search(cell) and not _CONTROL.search(cell):
        name = _SPACES.sub("" if _CJK_ONLY.fullmatch(cell) else " ", cell)
        return _short(_DOTS.sub("·", name), 80)
    raise refuse(
        "This is not a name.", "Write the name in one line, without a number in its place."
    )


def parse_text(cell: Cell, limit: int) -> str | None:
    """Return words in one line; None where the cell says that there is nothing."""
    text = _CONTROL.sub(" ", cell if isinstance(cell, str) else plain(cell)).strip()
    return None if text.lower() in _NOTHING else _short(text, limit)


def parse_list(cell: Cell, limit: int) -> tuple[str, ...]:
    """Return the different words of a list; 、 , ; / and their wide forms divide them."""
    words = (_CONTROL.sub(" ", word).strip() for word in _LIST.split(_text(cell)))
    kept = dict.fromkeys(word for word in words if word and word.lower() not in _NOTHING)
    return tuple(_short(word, limit) for word in kept)


def parse_products(cell: Cell, reading: Reading, limit: int) -> tuple[str, ...]:
    """Return the catalogue's slugs of a list of products; a bank's own words stay, with a warning."""
    parts = _LIST_OF_PRODUCTS.split(_text(cell))
    return tuple(dict.fromkeys(slug for part in parts for slug in _products(part, reading, limit)))


def parse_gender(cell: Cell, reading: Reading) -> str | None:
    """Return male or female; None with a warning for anything else."""
    return _known(
        cell, _GENDER_OF, reading, N_("The gender {value} is not understood; it was left out.")
    )


def parse_tier(cell: Cell, reading: Reading) -> Tier | None:
    """Return the tier of that name; None with a warning for a bank's own words."""
    return _known(
        cell,
        _TIER_OF,
        reading,
        N_(
            "The tier {value} is not one of mass, potential, preferred, affluent, private;"
            " it was left out."
        ),
    )


def parse_consent(cell: Cell, reading: Reading) -> str | None:
    """Return granted or refused; whatever is not a plain answer is no consent."""
    if _key(cell) in _UNDECIDED:
        return None
    return _known(
        cell,
        _CONSENT_OF,
        reading,
        N_("{value} is neither consent nor refusal; no consent was taken."),
    )


def parse_has_child(cell: Cell, reading: Reading) -> bool | None:
    """Return whether there are children, also from their number; None with a warning if unclear."""
    key = _key(cell)
    if key not in _ANSWER_OF and (_CHILDREN.fullmatch(key)):
        return key[:1] != "0"
    return _known(cell, _ANSWER_OF, reading, N_("{value} does not say whether there are children."))


def parse_datum(cell: Cell, _reading: Reading) -> Datum:
    """Return the datum that a coordinate system or a map's name stands for."""
    datum = datum_in(_text(cell))
    if datum is None:
        raise refuse(
            "The coordinate system {value} is not known, and a wrong one moves the point by up to a"
            " kilometre.",
            "Write WGS84, GCJ-02 (高德, 腾讯) or BD-09 (百度).",
            value=_text(cell)[:20],
        )
    return datum


def datum_in(text: str) -> Datum | None:
    """Return the datum that a word stands for, or that it ends with in brackets."""
    return _DATUM_OF.get(_key(text))


def _known(cell: Cell, words: Mapping[str, _T], reading: Reading, warning: str) -> _T | None:
    value = words.get(_key(cell))
    if value is None:
        reading.warn(warning, value=_text(cell)[:20])
    return value


def _products(text: str, reading: Reading, limit: int) -> list[str]:
    """Return 手机/网银 as one product, which has this name, and 存款/理财 as two."""
    known = named(text)
    words = parse_list(text, limit)
    return [known.slug] if known else [_product(word, reading) for word in words]


def _product(word: str, reading: Reading) -> str:
    known = named(word)
    if known is None:
        reading.warn(
            "The product {value} is not in the catalogue; it is kept as written, but no ready-made"
            " segment finds it. Write a name of the catalogue, such as 代发工资.",
            value=word,
        )
    return known.slug if known else word


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else plain(cell)


def _key(cell: Cell) -> str:
    return _WORD_GAPS.sub("", unicodedata.normalize("NFKC", _text(cell)).lower())


def _short(text: str, limit: int) -> str:
    if len(text) > limit:
        raise refuse("The text is longer than {limit} characters.", "Shorten it.", limit=limit)
    return text
