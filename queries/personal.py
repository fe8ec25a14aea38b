"""Numbers that name a person: identity numbers, mobile numbers, mail addresses. They are recognised to be refused.

Columns about people are dropped by their headings; this catches what stands where it does not belong, such as a
telephone number behind the name of a village. Names of people cannot be recognised; that is said where text is entered.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

import polars as pl

_IDENTITY = re.compile(r"(?<![0-9A-Za-z])(\d{17}[\dXx])(?![0-9A-Za-z])")
_MOBILE = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:\+|00)?86[- ]?)?1[3-9]\d(?:(?:[-\s·]?\d{4}){2}|\d[-\s]\d{4}[-\s]\d{3})(?![0-9A-Za-z])"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_SUSPECT = r"(?:\d\P{L}{0,3}){10}|[@＠]"  # a superset that Polars looks for in whole columns
_DWELLING = r"\d\s*[-－—#]?\s*(?:[弄号栋幢座#]|楼栋|单元).{0,12}?(?:\d\s*[室户]|单元\D?\d{3})"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_FIRST_YEAR = 1900
_ENOUGH = 30  # different texts, before a column of them is judged
_ENOUGH_OF_OFFICES = 10  # where names of villages are not to be expected
_ENOUGH_GLUED = 5
_BEGINNINGS = 8  # of the first three digits of mobile numbers
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏"
    "付傅方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文"
)  # nine in ten people carry one of them
_NOT_OF_PEOPLE = (
    "省市县区镇乡村街道路社居委局厅部处科所站队院校厂矿店司会办组室心库园场湾桥山河湖岭坪寨屯庄城口洲岛滩沟冲坝里巷"
    "台坡岗堡屋窑营墩埠渡铺集家塘坳崖墙楼阁寺庙塔泉溪渠堰坊垭峪岔窝峰荡圩垸甸碾墟砦邨垌坎垅畈埂子头洼井洞坑门咀房港疃嘴塬庵坨宅堤圈岙祠池务潭"
    "郢埭垟浜浦泾二三四五六七八九十"
)
_NAME = re.compile(
    f"(?:[{_SURNAMES}]|欧阳|上官|司马|诸葛|皇甫)[\u4e00-\u9fff]{{0,1}}[^{_NOT_OF_PEOPLE}\\W\\da-zA-Z_]"
    "|[\u4e00-\u9fff]{2,}[·•][\u4e00-\u9fff]{2,}"  # as names of several peoples are written
)
_GLUED = re.compile(rf"[局委办处科股所站队院会室心](?:{_NAME.pattern})$")  # no village stands behind an office
_END = re.compile(r"([\u4e00-\u9fff·•]+)[^\u4e00-\u9fff·•]*$")  # the last that is Chinese
_SENTENCE = re.compile("[，。；！？]")
_TOLD = 16  # characters
_ENOUGH_TOLD = 5


def is_identity_number(text: str) -> bool:
    """Whether a text is a citizen's identity number: a day of birth inside and a check character that fits.

    GB 11643-1999. One in eleven case numbers that hold a date in the same place fits by chance, so what is decided on a
    whole column needs more than one number.
    """
    if _IDENTITY.fullmatch(text) is None:
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True))
    return born.year >= _FIRST_YEAR and _CHECK[total % 11] == text[17].upper()


def names_a_person(text: str) -> bool:
    """Whether a text holds an identity number, a mobile number of the Chinese mainland, or a mail address.

    Also in wide digits, or with signs between them that are not seen.
    """
    return _masked(text) is not None


def masked(text: str) -> str:
    """A text that is kept whatever it is, such as the name of a file, with dots for numbers that name a person."""
    return _masked(text) or text


def _masked(text: str) -> str | None:
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    hidden = _IDENTITY.sub(lambda found: "…" if is_identity_number(found[0]) else found[0], plain)
    hidden = _MAIL.sub("…", _MOBILE.sub("…", hidden))
    return hidden if hidden != plain else None


def naming_a_person(texts: pl.Series) -> pl.Series:
    """Where `names_a_person`, or where a text leads to the door of a dwelling; false where there is none."""
    dwelling = texts.str.contains(_DWELLING).fill_null(False)
    found = texts.str.contains(_SUSPECT).fill_null(False)
    suspects = texts.filter(found).unique().to_list()
    guilty = [text for text in suspects if names_a_person(text)]
    return dwelling | texts.is_in(guilty).fill_null(False) if guilty else dwelling


def are_names_of_people(texts: Iterable[str], *, of_offices: bool = False) -> bool:
    """Whether many of the different texts of a column end in what looks like the Chinese name of a person.

    One text cannot be told from the name of a village. Thirty can, of which six in ten have two or three characters, a
    common surname in front and nothing of an office or a place at the end. What is not Chinese keeps a name apart from
    an office before it and a number behind it. Of the villages and communities of China, their names cut to the bare
    ones (2023, 6,586 lists of a county or a township), no list is taken for people.

    A name right behind an office (住房局何伟敏) is clearer: five of them, and a third of the texts, are enough. In a
    column `of_offices`, where villages are rare, so are ten texts of which half look like names.
    """
    different = set(texts)
    ends = [end[1] for text in different if (end := _END.search(text))]
    alike = [end for end in ends if _NAME.fullmatch(end)]
    glued = {found[0] for end in ends if (found := _GLUED.search(end))}
    if len(glued) >= _ENOUGH_GLUED and len(glued) * 3 >= len(different):
        return True
    if of_offices and len(set(alike)) * 2 >= max(len(different), _ENOUGH_OF_OFFICES):
        return True
    return len(set(alike)) * 10 >= _ENOUGH * 6 and len(different) >= _ENOUGH and len(alike) * 10 >= len(different) * 6


def are_sentences(texts: Iterable[str]) -> bool:
    """Whether most of the different texts of a column are told in sentences, as complaints are."""
    different = set(texts)
    told = sum(len(text) >= _TOLD and _SENTENCE.search(text) is not None for text in different)
    return told >= _ENOUGH_TOLD and told * 2 > len(different)


def are_mobile_numbers(texts: pl.Series) -> bool:
    """Whether a column of numbers is one of mobile numbers: most of its values are, and they begin in many ways.

    Case numbers of eleven digits begin alike.
    """
    different = texts.drop_nulls().unique()
    mobile = different.filter(different.str.contains(r"^(?:\+?86)?1[3-9]\d{9}$"))
    beginnings = mobile.str.slice(-11, 3).n_unique()
    return len(mobile) * 2 > len(different) and beginnings >= min(_BEGINNINGS, len(mobile))


def are_identity_numbers(texts: pl.Series) -> bool:
    """Whether a column of numbers is one of citizens' identity numbers: most of its 18-digit values are.

    False for a column whose values only look like them by chance (`is_identity_number`).
    """
    long = texts.drop_nulls().unique()
    long = long.filter(long.str.contains(r"^\d{17}[\dXx]$"))
    return len(long) > 0 and sum(map(is_identity_number, long.to_list())) * 2 > len(long)
