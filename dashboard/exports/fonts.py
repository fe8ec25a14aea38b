"""Fonts by name. A document names them and the reader's machine has them; what is drawn here takes what is installed.

The first of each list is the one the layout of official documents asks for (GB/T 9704), the others stand in for it in
that order.
"""

from collections.abc import Sequence

_SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "宋体", "SimSun")
TITLE = ("方正小标宋简体", "方正小标宋_GBK", "华文中宋", "STZhongsong", *_SERIF)
BODY = ("仿宋_GB2312", "仿宋", "FangSong", "华文仿宋", "STFangsong", *_SERIF)
HEADING = ("黑体", "SimHei", "Noto Sans CJK SC", "Source Han Sans SC", "微软雅黑", "Microsoft YaHei")
SUBHEADING = ("楷体_GB2312", "楷体", "KaiTi", "华文楷体", "STKaiti", *_SERIF)
FOOT = ("宋体", "SimSun", "Noto Serif CJK SC", "Source Han Serif SC")
SCREEN = ("微软雅黑", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "黑体", "SimHei")
CHART = (
    "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Source Han Sans CN", "PingFang SC",
    "Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Noto Sans CJK JP", "Noto Serif CJK SC",
    "Source Han Serif SC", "Droid Sans Fallback", "SimSun",
)  # fmt: skip
"""Families that hold Chinese characters, best first."""

LATIN_SERIF, LATIN_SANS = "Times New Roman", "Arial"
LATIN_STAND_INS = {
    LATIN_SERIF: ("Liberation Serif", "Libertinus Serif"),
    LATIN_SANS: ("Liberation Sans", "DejaVu Sans", "Noto Sans", "Libertinus Serif"),
}


def installed(wanted: Sequence[str], there: Sequence[str]) -> list[str]:
    """Those of the families wanted that are there, in the order wanted."""
    known = set(there)
    return [family for family in wanted if family in known]
