"""How a course over months is judged."""

from queries.methods import Method
from queries.vocabulary import Text

_THEME = Text("走势", "Trends")

METHODS = (
    Method(
        name="p_chart",
        theme=_THEME,
        label=Text("控制图（p′图）与两种标记", "Control chart (p′) and its two marks"),
        question=Text("这个月的变化是实质变化，还是正常波动？", "Is this month a real change or ordinary variation?"),
        meaning=Text(
            "灰带是正常波动范围，由最初24个整月定下，不随新数据移动；只有登记了理由的决定才从某月起重算。"
            "单月超出灰带，或连续7个月在平均的同一侧，才算实质变化（菱形）。"
            "波动标记说最近一个整月是什么情况；达标标记说按现有波动，目标是各月都能达到、都达不到，还是全看偶然。",
            "The grey band is ordinary variation. It rests on the first 24 whole months and does not move with new "
            "data; "
            "only a decision with a recorded reason has it drawn anew from a month on. A month beyond the band, or "
            "seven "
            "in a row on one side of the mean, is a real change (diamond). One mark says what the newest whole month "
            "is; "
            "the other whether, as things stand, every month meets the target, none does, or chance decides.",
        ),
        limits=Text(
            "不足12个整月时是试行界限。大半属于特殊时期的月份只画出，不参与判断。一切如常时，每张图约67个月误标一次，"
            "页面写明所有图合计的误标数。",
            "Trial limits with fewer than 12 whole months. Months mostly within special periods are drawn but not "
            "judged. "
            "With nothing happening a chart marks about one month in 67; the page states the sum over all its charts.",
        ),
        source="Laney, Quality Engineering 14:531, 2002; exact (beta-)binomial limits; rules and marks as NHS England, "
        "Making Data Count; false alarms simulated",
    ),
    Method(
        name="xmr",
        theme=_THEME,
        label=Text("件数控制图（XmR）", "Control chart of counts (XmR)"),
        question=Text(
            "这个月的件数是实质变化，还是正常波动？", "Is this month's number a real change or ordinary variation?"
        ),
        meaning=Text(
            "正常波动范围＝平均±2.66×相邻月份差的平均，由最初24个整月定下。超出范围、连续7个月在同一侧、"
            "连续7个月升或降、"
            "三个月中有两个接近界限，都算实质变化。",
            "Limits are the mean ± 2.66 times the mean difference between neighbouring months, from the first 24 whole "
            "months. Beyond them, seven in a row on one side, seven rising or falling, two of three near a limit: a "
            "real "
            "change.",
        ),
        limits=Text(
            "件数是工作量，不是好坏，从不用来排名。一切如常时，每张图约22个月误标一次。",
            "Numbers of items are workload, neither good nor bad, and never ranked. With nothing happening a chart "
            "marks "
            "about one month in 22.",
        ),
        source="NHS England, Making Data Count; Shewhart 1931",
    ),
)
