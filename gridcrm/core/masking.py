"""Personal values as they are shown to those who may not see them whole."""

import re
import unicodedata

_STAR = "*"
_HIDDEN = "***"

_NAME_DOTS = re.compile(r"[·•・‧∙⋅．]")
_CJK = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_COMPOUND_SURNAME = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔"
    "|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|巫马|公西|颛孙|壤驷|公良|漆雕|乐正"
    "|宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|南门|羊舌|微生|梁丘|左丘|东门|西门|第五|南荣|东里|东宫"
    "|仲长|子桑|即墨|达奚|褚师|纳兰|完颜|叶赫|耶律|爱新|赫舍|钮祜|尔朱|屈突|哥舒|北宫|西陵"
)

_COUNTRY_CODE = re.compile(r"(?:\+|^00)86|^86(?=1[3-9]\d{9}$)")
_EXTENSION = re.compile(r"(?:转|#|ext\.?|x|(?<=\d{7})-)\s*\d{1,6}$", re.IGNORECASE)
_MOBILE = re.compile(r"(1[3-9]\d)\d{4}(\d{4})")
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))(\d{7,8})")

_SHORTEST_CARD = 13

_HOUSE_UNIT = "(?:号|幢|栋|座|楼|单元|室|户|弄|层|门)"
_HOUSE = re.compile(
    rf"第?(?:\d|[甲乙丙丁一二三四五六七八九十百]+(?={_HOUSE_UNIT})|[A-Za-z]{{1,2}}(?=[-\d座栋幢单]))"
)
_STREET = re.compile(
    ".*(?:路|街|道|巷|弄|胡同|社区|小区|村|苑|园|城|湾|府|邸|公寓|广场|大厦|镇|乡|区|县|市)"
)
_WITH_DIGIT = re.compile(r"[^\s,]*\d[^\s,]*")


def mask_name(name: str) -> str:
    """Return the surname, or the first letter, and a star for every other character."""
    parts = _NAME_DOTS.split(name.strip())
    if len(parts) > 1:
        return "·".join([_begin(parts[0], 1), *(_STAR * len(part) for part in parts[1:])])
    words = name.split()
    if not words or _CJK.search(name):
        return _begin("".join(words), _surname_chars("".join(words)))
    return " ".join([_begin(words[0], 1), *(_STAR * len(word) for word in words[1:])])


def mask_phone(phone: str) -> str:
    """Return 138****1234 of a mobile, area code and last two of a landline, last two of others."""
    plain = _EXTENSION.sub("", unicodedata.normalize("NFKC", phone).strip())
    plain = _COUNTRY_CODE.sub("", re.sub(r"[^\d+]", "", plain))
    digits = re.sub(r"\D", "", plain)
    if mobile := _MOBILE.fullmatch(digits):
        return f"{mobile[1]}****{mobile[2]}"
    if landline := _LANDLINE.fullmatch(digits):
        return f"{landline[1]}-{_end(landline[2], 2)}"
    return _end(digits, 2)


def mask_id(number: str) -> str:
    """Return the first and the last character of an identity number."""
    plain = number.strip()
    return plain[:1] + _STAR * (len(plain) - 2) + plain[-1] if plain[2:] else _STAR * len(plain)


def mask_card(number: str) -> str:
    """Return the first six and the last four digits of a bank card."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", number))
    if len(digits) < _SHORTEST_CARD:
        return _STAR * len(digits)
    return _begin(digits[:-4], 6) + digits[-4:]


def mask_address(address: str) -> str:
    """Return an address as far as its street or community, without house, building or door."""
    text = unicodedata.normalize("NFKC", address).strip()
    if not _CJK.search(text):
        return _WITH_DIGIT.sub(_HIDDEN, text)
    house = _HOUSE.search(text)
    street = _STREET.match(text[: house.start()] if house else text)
    if street is None:
        return _HIDDEN
    return text if street.group() == text else street.group() + _HIDDEN


def mask_email(address: str) -> str:
    """Return the first letter and the domain of an e-mail address."""
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return _HIDDEN if domain else ""
    return f"{local[0] if len(local) > 1 else ''}{_HIDDEN}@{domain}"


def _surname_chars(name: str) -> int:
    compound = _COMPOUND_SURNAME.match(name)
    return compound.end() if compound and compound.end() < len(name) else 1


def _begin(text: str, kept: int) -> str:
    """Keep the beginning; what has nothing behind it is hidden whole."""
    return text[:kept] + _STAR * (len(text) - kept) if len(text) > kept else _STAR * len(text)


def _end(text: str, kept: int) -> str:
    return _STAR * (len(text) - kept) + text[-kept:] if len(text) > kept + 2 else _STAR * len(text)
