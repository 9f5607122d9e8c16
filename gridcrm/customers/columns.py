"""Which column of a file is which field of a customer, guessed from the headers people use."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from geo import Datum
from gridcrm.customers.cells_text import datum_in


class Field(StrEnum):
    """A field of the customer ledger."""

    NUMBER = "number"
    NAME = "name"
    PHONE = "phone"
    COMMUNITY = "community"
    BUILDING = "building"
    ORGANISATION = "organisation"
    BIRTH = "birth"
    AGE = "age"
    GENDER = "gender"
    OCCUPATION = "occupation"
    SEGMENT = "segment"
    LABELS = "labels"
    TIER = "tier"
    AUM = "aum"
    OWNER = "owner"
    CONSENT = "consent"
    SOURCE = "source"
    LON = "lon"
    LAT = "lat"
    DATUM = "datum"
    OPENED_ON = "opened_on"
    LAST_ACTIVE_ON = "last_active_on"
    MOVED_IN_ON = "moved_in_on"
    HAS_CHILD = "has_child"
    PRODUCTS = "products"


_HEADERS = {  # the surer word first
    Field.NUMBER: "客户号 客户编号 核心客户号 客户号码 客户代码 客户id customerno customernumber customerid "
    "custno custid cifno cif householdid id 编号 number",
    Field.NAME: "姓名 客户姓名 客户名称 潜客姓名 户名 名称 称呼 联系人 name fullname customername contactname customer",
    Field.PHONE: "手机号 手机号码 手机 移动电话 客户手机 客户手机号 联系电话 电话 电话号码 联系方式 固定电话 座机 "
    "mobile mobilephone mobilenumber phone phonenumber cellphone cell telephone tel contactnumber",
    Field.COMMUNITY: "小区/单位 小区 小区名称 居住小区 所在小区 住宅小区 社区 社区名称 所在社区 楼盘 楼盘名称 "
    "community estate compound neighbourhood neighborhood residence",
    Field.BUILDING: "楼栋 楼栋号 楼号 栋号 幢号 楼幢 门牌 门牌号 房号 室号 building block unit room door",
    Field.ORGANISATION: "工作单位 单位 单位名称 所在单位 公司 公司名称 企业名称 employer company organisation organization",
    Field.BIRTH: "出生年份 出生年 出生日期 出生年月 生日 birthyear yearofbirth birthdate dateofbirth birthday dob",
    Field.AGE: "年龄段 年龄 年龄区间 年龄层 岁数 age agegroup ageband agerange",
    Field.GENDER: "性别 gender sex",
    Field.OCCUPATION: "职业 岗位 工作 occupation profession job",
    Field.SEGMENT: "客群 所属客群 客群分类 客群名称 客户群 客户群体 segment customersegment",
    Field.LABELS: "兴趣标签 文化标签 标签 兴趣爱好 兴趣 爱好 labels label tags interests interest hobbies",
    Field.TIER: "客户等级 客户层级 客户级别 客户分层 等级 层级 级别 tier customertier level grade",
    Field.AUM: "aum 资产 金融资产 总资产 管理资产 资产余额 资产规模 资产合计 时点资产 月日均资产 assets totalassets",
    Field.OWNER: "管户人 管户 管户经理 管户客户经理 客户经理 维护人 归属人 归属经理 owner relationshipmanager "
    "accountmanager manager rm",
    Field.CONSENT: "同意状态 营销同意 营销授权 是否同意营销 是否同意 授权状态 是否授权 授权 同意 consent "
    "consentstatus marketingconsent optin",
    Field.SOURCE: "来源 客户来源 获客来源 获客渠道 来源渠道 渠道 source leadsource channel",
    Field.LON: "经度 lon lng long longitude",
    Field.LAT: "纬度 lat latitude",
    Field.DATUM: "坐标系 坐标系统 坐标类型 datum crs coordinatesystem",
    Field.OPENED_ON: "开户日期 开户日 开户时间 opened openedon opendate openingdate accountopened",
    Field.LAST_ACTIVE_ON: "最近活动日期 最近活跃日期 最近交易日期 最近到店日期 最后活动日期 最后交易日期 最近活动 "
    "lastactive lastactiveon lastactivity lastactivedate lastactivitydate",
    Field.MOVED_IN_ON: "入住日期 入住时间 入住年月 搬入日期 movedin movedinon moveindate",
    Field.HAS_CHILD: "有无子女 是否有子女 子女情况 子女 有无小孩 是否有小孩 haschild haschildren children kids",
    Field.PRODUCTS: "持有产品 产品 已持有产品 签约产品 产品持有 持有产品名称 products product holdings",
}
_RANKED = {
    word: (rank, field)
    for field, words in _HEADERS.items()
    for rank, word in enumerate(words.split())
}
_BRACKETS = re.compile(r"[(\[{【<][^)\]}】>]*[)\]}】>]?")
_SIGNS = re.compile(r"[\s_\-.*:#'\"]+|必填|选填|[亿万千]?元$")
_MAP_WORD = re.compile(
    r"(?i)wgs-?84|gps|gcj-?02|bd-?09(?:ll)?|火星|高德|腾讯|百度|天地图|坐标(?=[经纬])"
)
_UNIT = re.compile(r"(亿|千万|百万|万|千)")
_UNITS_YUAN = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3}


def suggest_mapping(columns: Iterable[str]) -> dict[str, Field | None]:
    """Return the field that each column seems to hold; each field is given to its surest column."""
    columns = list(columns)
    guesses = {column: _guess(column) for column in columns}
    best: dict[Field, tuple[int, str]] = {}
    for column, guess in guesses.items():
        if guess and (guess[1] not in best or guess[0] < best[guess[1]][0]):
            best[guess[1]] = (guess[0], column)
    chosen = {column: field for field, (_, column) in best.items()}
    return {column: chosen.get(column) for column in columns}


def unit_yuan(column: str) -> int:
    """Return how many yuan one unit of a money column is, from a header such as 资产(万元)."""
    unit = _UNIT.search(_plain(column))
    return _UNITS_YUAN[unit[1]] if unit else 1


def datum_of(column: str) -> Datum | None:
    """Return the datum that a header such as 经度(GCJ-02) or 百度经度 names."""
    found = _MAP_WORD.search(_plain(column))
    return datum_in(found.group()) if found else None


def _guess(column: str) -> tuple[int, Field] | None:
    """Return how sure the field is (0 is surest) and the field; parts of a/b count less."""
    key = _key(column)
    if key in _RANKED:
        return _RANKED[key]
    parts = [_RANKED[part] for part in key.split("/") if part in _RANKED]
    return (100 + parts[0][0], parts[0][1]) if parts else None


def _key(column: str) -> str:
    text = _MAP_WORD.sub("", _BRACKETS.sub("", _plain(column)))
    return _SIGNS.sub("", text).lower()


def _plain(column: str) -> str:
    return unicodedata.normalize("NFKC", column)
