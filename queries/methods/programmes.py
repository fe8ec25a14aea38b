"""How the bureau's programmes are judged: days like the days of a special period, waiting that has not ended."""

from queries.methods import Method
from queries.vocabulary import Text

_THEME = Text("专项工作", "Programmes")

METHODS = (
    Method(
        name="matched_days",
        theme=_THEME,
        label=Text(
            "特殊时期与平常日子的精确条件检验", "Exact conditional test of a special period against ordinary days"
        ),
        question=Text("特殊时期的登记量是不是比平常多？", "Were there more petitions in a special period than usual?"),
        meaning=Text(
            "特殊时期的每一天，只同与它一样的平常日子比：同为星期几、同为工作日或休息日、在历年同一日期前后四周之内，"
            "并且不在任何特殊时期。若没有差别，两边合计的件数按天数随机分到两边，"
            "由此算出差别属于偶然的概率，以及倍数的95%区间。",
            "Each day of the period is compared only with ordinary days like it: the same weekday, worked or not "
            "alike, within four weeks of the same date in any year, and in no special period. If nothing is "
            "different, the petitions of both sides fall to them by chance in proportion to their days; that gives "
            "the chance of the difference seen and the 95% interval of how many times as many there were.",
        ),
        limits=Text(
            "把每件看作各自独立；集体访等成批到来的件会使检验偏敏感。没有同类平常日子的天不参加比较。"
            "比较的是登记量，不能说明原因。",
            "Takes petitions as independent: those that come together, such as group petitions, make it see "
            "differences too readily. Days without an ordinary day like them are left out. It compares numbers "
            "and explains nothing.",
        ),
        source="Przyborowski & Wileński, Biometrika 31:313, 1940; Breslow & Day, Statistical Methods in Cancer "
        "Research II, 1987, §3.6",
    ),
    Method(
        name="waiting_curve",
        theme=_THEME,
        label=Text("到认定、到闭环的时间曲线", "Curve of the time to recognition or to closing"),
        question=Text("交办或列入的事项多久能办结？", "How long does an assigned or listed matter take?"),
        meaning=Text(
            "从交办（提出）之日起，看到各天为止有多大比例已认定（办结）；没有办结的按已经过的天数计入，不当作没有，"
            "也不当作已办。曲线过50%的那一天是估计的中位数。",
            "From the day of assignment it shows which share has been recognised or closed by each day; what is open "
            "counts as far as it has come, neither left out nor taken as done. The day on which the curve passes "
            "50% is the estimated median.",
        ),
        limits=Text(
            "不足5件仍在观察的天数不画；件数少时区间很宽。",
            "Not drawn for days on which fewer than five are followed; few items leave wide intervals.",
        ),
        source="Kaplan & Meier, JASA 53:457, 1958",
    ),
)
