"""云江市, an invented county-level city (演示数据): offices, people, topics.

No place of China bore one of these names when they were chosen; departments have the generic names every county has.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

PROVINCE, PREFECTURE, CITY = "南屏省", "望海市", "云江市"
BUREAU = "信访局"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Township:
    """A township: people (invented), its share of petitions, where it lies (0 to 100 from west and from south)."""

    name: str
    population: int
    weight: float
    is_urban: bool
    east: float
    north: float


TOWNSHIPS = (
    Township("云汀镇", 128_600, 0.215, True, 48, 47),
    Township("柳渚镇", 61_300, 0.110, True, 62, 60),
    Township("松屏镇", 47_900, 0.085, False, 22, 70),
    Township("岚溪镇", 52_400, 0.100, False, 32, 50),
    Township("月埠镇", 55_800, 0.098, True, 68, 34),
    Township("禾墟镇", 41_200, 0.070, False, 45, 24),
    Township("石汀镇", 38_700, 0.066, False, 24, 30),
    Township("竹屿镇", 44_500, 0.078, False, 82, 51),
    Township("鹿鸣坪镇", 29_800, 0.050, False, 46, 79),
    Township("清禾镇", 33_100, 0.056, False, 84, 25),
    Township("望川乡", 21_600, 0.038, False, 73, 82),
    Township("栖霞岭乡", 18_900, 0.034, False, 10, 50),
)

TOPICS: dict[str, tuple[float, dict[str, tuple[str, ...]]]] = {
    "城乡建设": (
        0.23,
        {
            "房屋征收": ("征收补偿标准", "安置房交付", "过渡费发放"),
            "住房管理": ("商品房逾期交付", "不动产证办理", "房屋质量", "公租房分配"),
            "物业管理": ("物业收费", "小区停车", "公共收益公示"),
            "市政设施": ("道路积水", "路灯照明", "供水管网"),
            "城市管理": ("违法建设", "占道经营"),
        },
    ),
    "自然资源": (
        0.13,
        {
            "土地征收": ("征地补偿款", "留用地安置", "征地程序"),
            "土地权属": ("宅基地确权", "山林权属争议", "承包地界址"),
            "矿产管理": ("采石场复绿", "越界开采"),
        },
    ),
    "劳动社保": (
        0.14,
        {
            "劳动报酬": ("建筑工程欠薪", "工厂欠薪", "加班费"),
            "社会保险": ("养老保险补缴", "工伤待遇", "医保报销"),
            "就业服务": ("就业补贴", "技能培训"),
        },
    ),
    "农村农业": (
        0.12,
        {
            "村务管理": ("村级财务公开", "集体资产分红", "村规民约"),
            "农业补贴": ("耕地地力补贴", "农机补贴"),
            "农村土地": ("承包地流转", "撂荒地复耕"),
            "水利设施": ("灌溉渠维修", "农村饮水"),
        },
    ),
    "政法": (
        0.08,
        {
            "案件办理": ("立案进度", "执行不到位", "判决异议"),
            "治安管理": ("噪声扰民", "邻里纠纷", "户籍办理"),
            "交通管理": ("事故认定", "违停处罚"),
        },
    ),
    "纪检监察": (0.03, {"作风问题": ("办事拖延", "服务态度"), "廉洁问题": ("优亲厚友", "资金使用")}),
    "组织人事": (0.02, {"工资待遇": ("津补贴", "退休待遇"), "人事管理": ("编外人员转聘", "职称评定")}),
    "民政": (
        0.05,
        {
            "社会救助": ("低保资格", "临时救助", "特困供养"),
            "殡葬管理": ("公墓收费", "散埋乱葬"),
            "养老服务": ("养老机构收费", "高龄津贴"),
        },
    ),
    "教育": (
        0.05,
        {"招生入学": ("学位分配", "随迁子女入学"), "办学管理": ("校外培训退费", "民办学校收费", "校车安全")},
    ),
    "卫生健康": (0.03, {"医疗服务": ("医疗纠纷", "村卫生站"), "公共卫生": ("疫苗接种", "隔离费用")}),
    "经济综合": (0.02, {"金融监管": ("预付卡退费", "非法集资"), "企业改制": ("改制安置", "国企债务")}),
    "交通运输": (0.035, {"道路建设": ("乡道硬化", "施工占地"), "运输管理": ("公交线路", "网约车管理")}),
    "能源": (0.01, {"电力供应": ("农网改造", "电杆迁移"), "燃气管理": ("管道燃气开通", "瓶装气价格")}),
    "生态环境": (
        0.045,
        {
            "大气污染": ("工业异味扰民", "餐饮油烟"),
            "水污染": ("养殖污水", "河道黑臭"),
            "噪声污染": ("施工噪声", "工业噪声"),
        },
    ),
    "商贸旅游": (0.015, {"市场秩序": ("消费纠纷", "食品安全"), "旅游管理": ("景区票价", "民宿管理")}),
    "宣传舆论": (0.003, {"新闻管理": ("报道不实", "广告管理")}),
    "信息产业": (0.007, {"通信服务": ("基站选址", "宽带收费")}),
    "科技文体": (0.01, {"文物保护": ("古建筑修缮", "文物征集"), "体育设施": ("健身场地", "场馆开放")}),
    "其他": (0.005, {"其他": ("其他事项",)}),
}
RURAL_FACTOR = {"城乡建设": 0.7, "农村农业": 1.6, "自然资源": 1.4}  # in townships outside the urban area

DEPARTMENTS: dict[str, tuple[str, ...]] = {  # name and the topics it answers for
    "住房和城乡建设局": ("城乡建设",),
    "城市管理局": ("城乡建设",),
    "自然资源局": ("自然资源",),
    "人力资源和社会保障局": ("劳动社保", "组织人事"),
    "医疗保障局": ("劳动社保",),
    "农业农村局": ("农村农业",),
    "水利局": ("农村农业",),
    "林业局": ("自然资源",),
    "公安局": ("政法",),
    "司法局": ("政法",),
    "综治中心": ("政法",),
    "纪检监察信访室": ("纪检监察",),
    "民政局": ("民政",),
    "退役军人事务局": ("民政",),
    "教育局": ("教育",),
    "卫生健康局": ("卫生健康",),
    "发展和改革局": ("经济综合", "能源"),
    "财政局": ("经济综合",),
    "交通运输局": ("交通运输",),
    "生态环境分局": ("生态环境",),
    "市场监督管理局": ("商贸旅游",),
    "文化广电旅游体育局": ("科技文体", "商贸旅游", "宣传舆论"),
    "科技工业和信息化局": ("信息产业", "能源"),
    "应急管理局": ("能源",),
    BUREAU: ("其他",),
}
LEAD_DEPARTMENT = 3  # the first department named for a topic gets three times the others' share
TOWNSHIP_HANDLES = 0.42  # share of items the township itself answers

BODIES = {
    "national": "国家信访机构",
    "province": f"{PROVINCE}信访机构",
    "prefecture": f"{PREFECTURE}信访机构",
    "county": f"{CITY}信访局",
    "department": f"{CITY}部门信访窗口",
}  # register_body by level; a township registers at its own office


@dataclass(frozen=True)
class City:
    """The words and shares cases are drawn from; index arrays refer to these tuples.

    Attributes:
        places: names of townships or areas; `offices` are these followed by the departments.
        leaves: (first, second, third level) of every topic.
        topic_shares: cumulative shares of the leaves, row 0 urban, row 1 rural.
        departments_of: cumulative shares of departments, one row a first-level topic.
    """

    places: tuple[str, ...]
    populations: tuple[int, ...]
    place_shares: Floats
    is_rural: npt.NDArray[np.int8]
    leaves: tuple[tuple[str, str, str], ...]
    topic_shares: Floats
    leaf_l1: npt.NDArray[np.int16]
    departments: tuple[str, ...]
    departments_of: Floats

    @property
    def offices(self) -> tuple[str, ...]:
        """Responsible offices: places first, then departments."""
        return self.places + self.departments

    def leaf(self, l1: str, l2: str, l3: str) -> int:
        """Index of a third-level topic."""
        return self.leaves.index((l1, l2, l3))


def cumulative(weights: npt.ArrayLike) -> Floats:
    """Cumulative shares along the last axis, the last one exactly 1."""
    sums = np.cumsum(np.asarray(weights, np.float64), axis=-1)
    shares: Floats = sums / sums[..., -1:]
    shares[..., -1] = 1.0
    return shares


@cache
def city(places: int = len(TOWNSHIPS)) -> City:
    """The city with its twelve townships, or enlarged to any number of areas for measurements of speed.

    Areas after the twelfth are called 演示片区0013 and so on, and petitions fall on them by Zipf's law (exponent 0.8).
    """
    towns = TOWNSHIPS[:places]
    extra = range(len(towns) + 1, places + 1)
    weights = [town.weight for town in towns]
    if extra:
        weights = [rank**-0.8 for rank in range(1, places + 1)]
    leaves = tuple((l1, l2, l3) for l1, (_, second) in TOPICS.items() for l2, third in second.items() for l3 in third)
    names = list(TOPICS)
    return City(
        places=tuple(town.name for town in towns) + tuple(f"演示片区{number:04d}" for number in extra),
        populations=tuple(town.population for town in towns) + tuple(8_000 + 137 * n % 40_000 for n in extra),
        place_shares=cumulative(weights),
        is_rural=np.array([not town.is_urban for town in towns] + [n % 3 > 0 for n in extra], np.int8),
        leaves=leaves,
        topic_shares=cumulative([[_leaf_weight(leaf, rural) for leaf in leaves] for rural in (False, True)]),
        leaf_l1=np.array([names.index(leaf[0]) for leaf in leaves], np.int16),
        departments=tuple(DEPARTMENTS),
        departments_of=cumulative([_department_weights(name) for name in names]),
    )


def _leaf_weight(leaf: tuple[str, str, str], rural: bool) -> float:
    weight, second = TOPICS[leaf[0]]
    factor = RURAL_FACTOR.get(leaf[0], 1.0) if rural else 1.0
    order = list(second).index(leaf[1]) + second[leaf[1]].index(leaf[2])  # earlier names are commoner
    total = sum(1 / (1 + i + j) for i, third in enumerate(second.values()) for j in range(len(third)))
    return weight * factor / (1 + order) / total


def _department_weights(topic: str) -> list[float]:
    named = [name for name, topics in DEPARTMENTS.items() if topic in topics]
    return [0.0 if name not in named else LEAD_DEPARTMENT if name == named[0] else 1.0 for name in DEPARTMENTS]
