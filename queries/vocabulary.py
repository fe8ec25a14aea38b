"""The field's words in two languages: enum values with the spellings met in registers (DOMAIN.md §5).

Free text (topics, offices, places) is not listed here except the first-level topics, which have official names,
former names and an English translation.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Text:
    """The same words in both languages: `text(language)`."""

    zh: str
    en: str

    def __call__(self, language: str) -> str:
        """The words in "zh" or "en"."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Term:
    """One value of a dictionary: the key that is stored, its label, the other spellings met."""

    key: str
    label: Text
    aliases: tuple[str, ...] = ()


def fold(text: str) -> str:
    """The form in which two spellings of one name are equal: width, case, accents' composition, blanks, brackets, dots.

    `" Staten  Island"`, `"STATEN ISLAND"` and `"Staten Island "` fold to one; `岚溪镇（街道）` and `岚溪镇(街道)` too.
    """
    normal = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\u200b\ufeff·•'’`._-]+", "", normal)


def _terms(*rows: tuple[str, str, str, str]) -> tuple[Term, ...]:
    return tuple(Term(key, Text(zh, en), tuple(aliases.split())) for key, zh, en, aliases in rows)


LEVELS = _terms(
    ("national", "国家", "National", "国家级 中央 国家信访局 全国"),
    ("province", "省", "Province", "省级 省信访局 自治区 直辖市"),
    ("prefecture", "市", "Prefecture", "市级 地市 地级 设区的市 市信访局"),
    ("county", "县", "County", "县级 区县 县区 县市区 区 县(市)"),
    ("township", "乡镇街道", "Township", "乡镇 镇街 乡级 镇 街道 镇级"),
    ("department", "部门", "Department", "职能部门 本级部门 单位 agency"),
)
CHANNELS = _terms(
    ("letter", "来信", "Letter", "信函 信件 群众来信 写信 mail postalmail"),
    ("visit", "来访", "Visit", "走访 上访 个人访 集体访 群众来访 inperson walkin"),
    ("online", "网上信访", "Online", "网信 网上 网上投诉 手机信访 微信 web internet app mobile website 网络"),
    ("phone", "来电", "Phone", "电话 热线 12345 call voicein telephone"),
    ("mailbox", "领导信箱", "Leader's mailbox", "信箱 市长信箱 书记信箱 email e-mail"),
    ("other", "其他", "Other", "其它 unknown others fax referral"),
)
PURPOSES = _terms(
    ("suggestion", "意见建议", "Suggestion", "建议 意见"),
    ("accusation", "检举控告", "Complaint about officials", "检举 控告 举报 揭发控告"),
    ("appeal", "申诉", "Appeal", ""),
    ("request", "求决", "Request for redress", "求助 诉求 投诉请求"),
    ("enquiry", "咨询", "Enquiry", "咨询求助 查询"),
    ("other", "其他", "Other", "其它"),
)
PROCEDURES = _terms(
    ("petition", "信访程序", "Petition procedure", "信访 信访事项"),
    ("litigation", "诉讼", "Litigation", "诉讼程序 司法"),
    ("arbitration", "仲裁", "Arbitration", "仲裁程序"),
    ("review", "行政复议", "Administrative review", "复议 行政复议程序"),
    ("discipline", "纪检监察", "Discipline inspection", "党员申诉 检举控告程序"),
    ("other", "其他", "Other", "其它 其他法定程序"),
)
HANDLING_MODES = _terms(
    ("forward", "转送", "Forwarded", "转办"),
    ("assign", "交办", "Assigned", ""),
    ("supervise", "督办", "Supervised", ""),
    ("self", "自办", "Handled by the bureau", "直接办理 本级办理"),
    ("other", "其他", "Other", "其它"),
)
OUTCOMES = _terms(
    ("supported", "支持", "Supported", "予以支持 诉求合理 支持诉求"),
    ("explained", "解释", "Explained", "解释说明 予以解释 疏导教育"),
    ("not_supported", "不予支持", "Not supported", "不支持 诉求无理"),
    ("mediated", "调解", "Mediated", "调解和解 和解"),
    ("other", "其他", "Other", "其它"),
    ("withdrawn", "撤回或转出", "Withdrawn or transferred", "撤回 撤访 转出 移送 并案 终止"),
)
QUERY_CODE_STATUSES = _terms(
    ("none", "未发放", "Not issued", "无 未发"),
    ("sms", "短信送达", "Sent by text message", "短信"),
    ("printed", "书面送达", "Printed", "打印 书面"),
    ("failed", "送达失败", "Delivery failed", "失败"),
)
EVALUATION_TARGETS = _terms(
    ("bureau", "信访部门", "Petition bureau", "信访局 信访机构 对信访部门"),
    ("office", "责任单位", "Responsible office", "有权处理机关 对责任单位 承办单位"),
)
EVALUATION_STATUSES = _terms(
    ("pending", "待评价", "Open for evaluation", "未评价 评价中"),
    ("expired", "逾期未评", "Expired without evaluation", "超期未评 到期未评 视为满意"),
    ("evaluated", "已评价", "Evaluated", "已评"),
)
SCORES = _terms(
    ("satisfied", "满意", "Satisfied", "非常满意"),
    ("basically_satisfied", "基本满意", "Basically satisfied", "一般 较满意"),
    ("dissatisfied", "不满意", "Dissatisfied", "不太满意 非常不满意"),
)
REVIEW_RESULTS = _terms(
    ("recognised", "认定化解", "Recognised", "通过 认定 已认定"),
    ("returned", "退回", "Returned", "不通过 未通过"),
    ("under_review", "审核中", "Under review", "待审核 上级审核中"),
)
OFFICE_KINDS = _terms(
    ("township", "镇街", "Township", "乡镇 街道 镇 乡"),
    ("department", "部门", "Department", "市直部门 县直部门"),
    ("county", "县（市、区）", "County", ""),
    ("prefecture", "设区的市", "Prefecture", ""),
    ("province", "省", "Province", ""),
    ("unknown", "未分类", "Unclassified", ""),
)
TOPICS_L1 = _terms(
    ("城乡建设", "城乡建设", "Urban and rural construction", "城建 住建"),
    ("自然资源", "自然资源", "Natural resources", "国土资源 自然资源(国土资源)"),
    ("劳动社保", "劳动社保", "Labour and social security", "劳动和社会保障 人社 人力资源社会保障"),
    ("农村农业", "农村农业", "Agriculture and villages", "农业农村 三农"),
    ("政法", "政法", "Justice and police", "涉法涉诉 政法/涉法涉诉"),
    ("纪检监察", "纪检监察", "Discipline inspection", ""),
    ("组织人事", "组织人事", "Personnel", ""),
    ("民政", "民政", "Civil affairs", ""),
    ("教育", "教育", "Education", ""),
    ("卫生健康", "卫生健康", "Health", "卫生计生 卫生健康(卫生计生)"),
    ("经济综合", "经济综合", "General economy", ""),
    ("交通运输", "交通运输", "Transport", ""),
    ("能源", "能源", "Energy", ""),
    ("生态环境", "生态环境", "Environment", "环境保护"),
    ("商贸旅游", "商贸旅游", "Trade and tourism", ""),
    ("宣传舆论", "宣传舆论", "Publicity", ""),
    ("信息产业", "信息产业", "Information industry", ""),
    ("科技文体", "科技文体", "Science, culture and sport", ""),
    ("其他", "其他", "Other", "其它"),
)


@dataclass(frozen=True)
class Dictionary:
    """Looks a spelling up among terms: by key, by either label, by alias, all folded."""

    terms: tuple[Term, ...]
    _index: dict[str, str] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        index: dict[str, str] = {}
        for term in self.terms:
            for spelling in (term.key, term.label.zh, term.label.en, *term.aliases):
                index.setdefault(fold(spelling), term.key)
        object.__setattr__(self, "_index", index)

    def find(self, spelling: str) -> str | None:
        """The key a spelling stands for, None when it is not known."""
        return self._index.get(fold(spelling))

    def label(self, key: str, language: str) -> str:
        """The label of a key; the key itself when there is none."""
        return next((term.label(language) for term in self.terms if term.key == key), key)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys in official order."""
        return tuple(term.key for term in self.terms)


DICTIONARIES: dict[str, Dictionary] = {
    "register_level": Dictionary(LEVELS),
    "channel": Dictionary(CHANNELS),
    "purpose": Dictionary(PURPOSES),
    "procedure": Dictionary(PROCEDURES),
    "handling_mode": Dictionary(HANDLING_MODES),
    "outcome": Dictionary(OUTCOMES),
    "query_code_status": Dictionary(QUERY_CODE_STATUSES),
    "evaluation_target": Dictionary(EVALUATION_TARGETS),
    "evaluation_status": Dictionary(EVALUATION_STATUSES),
    "score": Dictionary(SCORES),
    "review_result": Dictionary(REVIEW_RESULTS),
    "office_kind": Dictionary(OFFICE_KINDS),
    "topic_l1": Dictionary(TOPICS_L1),
}
"""Closed word lists by column; `topic_l1` only folds known names, other topics stay as they are."""

TRUE_WORDS = frozenset(fold(word) for word in ("是", "有", "真", "true", "t", "yes", "y", "1", "1.0", "√", "✓"))
FALSE_WORDS = frozenset(fold(word) for word in ("否", "无", "假", "false", "f", "no", "n", "0", "0.0", "×", "x"))


def labels(terms: Iterable[Term], language: str) -> dict[str, str]:
    """Key to label."""
    return {term.key: term.label(language) for term in terms}
