"""How durations are estimated when some cases have not ended yet."""

from queries.methods import Method
from queries.vocabulary import Text

_THEME = Text("多久会发生", "How long until it happens")

METHODS = (
    Method(
        name="closing_curve",
        theme=_THEME,
        label=Text("办结曲线（累积发生率）", "Closing curve (cumulative incidence)"),
        question=Text("受理的件多少天内能办结？", "By which day after acceptance is an item closed?"),
        meaning=Text(
            "从受理之日起逐日估计已办结的比例。还在办的件按已经办了多少天计入，撤回或转出的单独计算。"
            "这样，刚受理、还没来得及办结的件不会使比例显得偏低。中位数是曲线到达一半的那一天。",
            "The share closed by each day after acceptance. Items still open are counted for as long as they have been "
            "open; withdrawn or transferred ones are counted apart. So items accepted lately, which have had no time "
            "to "
            "be closed, do not make the share look low. The median is the day on which the curve reaches one half.",
        ),
        limits=Text(
            "第60天仍在观察的不足10件、且还有件未满60天时，不给出60天的比例。审判、仲裁等其他程序的件不适用60天，"
            "不计入。",
            "No share for day 60 where fewer than ten items are still followed on it and some are not 60 days old. "
            "Items on other procedures, such as litigation, have no 60 days and are left out.",
        ),
        source="Aalen & Johansen, Scandinavian Journal of Statistics 5:141, 1978; Greenwood-type standard errors, "
        "limits on the complementary log-log scale (as R survival::survfit)",
    ),
    Method(
        name="quantile_interval",
        theme=_THEME,
        label=Text("中位数和分位数的95%区间", "95% interval of a median or another quantile"),
        question=Text("这个中位天数有多可靠？", "How far can this median be relied on?"),
        meaning=Text(
            "把天数从小到大排列，小于真实中位数的件数服从二项分布，由此定出哪两件的天数构成区间；对天数的分布不作任何假定。"
            "还有件未办结、用办结曲线估计时，取曲线自身的上下限到达一半的日子。件数太少时一侧没有界限，写作“至少”“至多”。",
            "In the ordered days the number of items below the true median is binomial, which tells the two items "
            "whose days are the limits; nothing is assumed about the days. Where items are still open and a curve is "
            "used, the limits are the days on which the curve's own limits reach one half. With very few items there "
            "is no limit on one side: “at least”, “at most”.",
        ),
        limits=Text(
            "第10、第90百分位数需要更多的件才有两侧界限。区间说的是平常水平，不是这些件本身。",
            "A 10th or 90th percentile needs more items for both limits. The interval speaks of the usual level, not "
            "of these items.",
        ),
        source="Hahn & Meeker, Statistical Intervals, 1991, §5.2 (order statistics); Brookmeyer & Crowley, "
        "Biometrics 38:29, 1982",
    ),
    Method(
        name="backlog_identity",
        theme=_THEME,
        label=Text("在办件平衡", "Backlog identity"),
        question=Text("在办的件是怎么多起来或少下去的？", "How did the number of open items come about?"),
        meaning=Text(
            "期初在办＋期间登记－期间办结＝现在在办，四个数精确相等。办结日期不详的件视为登记当日即办结。",
            "Open before + registered − ended = open now; the four numbers add up exactly. An item closed on an "
            "unknown "
            "day ends on the day it is registered.",
        ),
        limits=Text("只说明数量，不说明办得好坏。", "It says how many, not how well."),
        source="Huiyin; accounting identity",
    ),
    Method(
        name="return_curve",
        theme=_THEME,
        label=Text("办结后再次信访曲线", "Curve of returns after closing"),
        question=Text("办结的件多久会再次信访？", "How soon after closing does a matter come back?"),
        meaning=Text(
            "每一次办结都从次日起观察，看同一事项是否又登记了信访件：不论层级和渠道，未计入统计的也算。"
            "办结当日又登记的不算：登记常常只到日，先后不明，当日补交的也多属同一次办理。"
            "近期办结的按已过天数计入。标题中的90天、180天比例只算观察满的件。同一事项多次办结并不独立，"
            "区间已相应放宽。",
            "Every closing is watched from the next day on for a new petition on the same matter: at any level and by "
            "any channel, those left out of the statistics too. One on the day of closing does not count: registers "
            "often know the day alone, not which came first, and what is handed in that day mostly belongs to the "
            "same handling. Recent closings are followed as far as they go. The shares in the title count only "
            "closings followed for all 90 or 180 days. Several closings of one matter are not independent: the band "
            "allows for it.",
        ),
        limits=Text(
            "关联件编号缺失会使再次信访显得偏少。不足10件仍在观察的日子不画。",
            "Missing matter numbers make returns look rarer. Days with fewer than ten closings still followed are not "
            "drawn.",
        ),
        source="Kaplan & Meier, JASA 53:457, 1958; infinitesimal jackknife by matter (as R survfit(cluster=)); Wilson "
        "intervals for complete follow-up",
    ),
    Method(
        name="check_recording",
        theme=_THEME,
        label=Text("核实登记", "Check the recording"),
        question=Text("重复少了，是化解得多了还是登记得少了？", "Fewer repeats: was more settled, or less recorded?"),
        meaning=Text(
            "重复信访率下降（或一次性化解率上升）超出偶然时，用同样两个时段对照登记件数和到上级登记占比。"
            "件数比通常的逐月波动减少得更多，或到上级登记占比上升超出偶然，就标“请先核实登记”，不作改进看待。",
            "When the repeat share falls (or the resolved-once rate rises) beyond chance, registrations and the share "
            "registered at higher levels are compared between the same two periods. Where registrations dropped by "
            "more than they usually vary from month to month, or that share rose beyond chance, the change is marked "
            "“check the recording first” and not shown as an improvement.",
        ),
        limits=Text(
            "标记不是结论：登记减少也可能是好事。件数的检验用精确条件检验，按逐月波动放宽；"
            "不足3个整月时只按偶然判断。未标记也不证明登记完整。",
            "The mark is no verdict: fewer registrations can be good news. Counts are tested exactly, with room for "
            "their variation from month to month; with fewer than three whole months for chance alone. Without a "
            "mark the recording is not thereby proved complete.",
        ),
        source="Przyborowski & Wileński, Biometrika 31:313, 1940; Laney, Quality Engineering 14:531, 2002; "
        "Newcombe, Statistics in Medicine 17:873, 1998",
    ),
    Method(
        name="backflow_curve",
        theme=_THEME,
        label=Text("认定化解后回流曲线", "Curve of old items flowing back"),
        question=Text("认定化解的积案有多少会回流？", "How many of the recognised old items flow back?"),
        meaning=Text(
            "从认定化解之日起观察到回流或统计日。刚认定的件观察时间短，曲线把这一点算在内；"
            "回流率同时按“每百件·年”给出，使观察时间长短不同的批次可以并列。",
            "Items are watched from recognition to their backflow or the as-of day. Those recognised lately have been "
            "watched for a short time, which the curve takes into account; the rate is also given per hundred "
            "item-years "
            "so that batches watched for different times can stand side by side.",
        ),
        limits=Text("不足5件仍在观察时不画曲线。", "No curve where fewer than five items are still followed."),
        source="Kaplan & Meier, JASA 53:457, 1958; exact Poisson limits (Garwood, Biometrika 28:437, 1936)",
    ),
)
