"""How rises are told from chance, and why a figure changed."""

from queries.methods import Method
from queries.vocabulary import Text

_THEME = Text("苗头预警", "Early warning")

METHODS = (
    Method(
        name="early_warning",
        theme=_THEME,
        label=Text("苗头检测（经验贝叶斯负二项）", "Rises beyond chance (empirical-Bayes negative binomial)"),
        question=Text("哪个地方的哪类事项比往常多？", "Which topic in which place is more frequent than usual?"),
        meaning=Text(
            "把最近四周的件数与此前两年推算的往常件数相比。往常件数由属地、类别、季节和特殊时期推算，"
            "件数少的格子借用全市的规律；"
            "过去的突增降低权重；波动大小按最近12次“向前一步”的误差校准。只看属地和类别，从不看人。",
            "The last four weeks are held against what the two years before lead one to expect: from place, topic, "
            "season and "
            "special periods; cells with few items borrow from the city; past outbreaks are weighted down; the "
            "spread is "
            "calibrated on the errors of the last twelve one-step forecasts. By place and topic, never by person.",
        ),
        limits=Text(
            "提示只说明值得先看这些件。补登晚的件会使最近几周偏少；登记口径变化、集中登记也会显得像上升。"
            "在模拟城市里，误报同样多时，检出的上升与只看各格自身历史的方法不相上下，多于EARS和Farrington Flexible；"
            "检出率未在真实登记上回测前不宜引用。",
            "A signal is a reason to read the items. Late registrations make the newest weeks look low; a change of "
            "coding or "
            "a registration campaign looks like a rise. In simulated cities, at equal false alarms, it found as many "
            "rises as a method on each cell's own history, and more than EARS and Farrington Flexible; rates of "
            "detection should not be quoted before a back-test on the real register.",
        ),
        source="Own method, written from formulas; benchmark against Farrington Flexible, EARS and CUSUM by "
        "`make bench-signals`",
    ),
    Method(
        name="false_alarm_budget",
        theme=_THEME,
        label=Text("预计误报数", "Expected false alarms"),
        question=Text("一切正常时，每月会有多少条提示？", "How many signals a month appear where nothing happens?"),
        meaning=Text(
            "界线事先定好，各格在界线以上的概率相加就是预计误报数，印在页面标题里。格子多时收紧界线，使总数不变。"
            "校准波动时，过去的突增被截去，截去的方差按模型补回；新出现的提示按本周和上周两次的界线计算。",
            "The cut is set beforehand; the chances of all cells beyond it add up to the expected number of false "
            "alarms, which the headline states. With more cells the cut is stricter, so that the sum stays the same. "
            "Past outbreaks are cut off when the spread is calibrated, and the variance this hides is put back by the "
            "model; a new signal is counted with the cuts of this week and of the week before.",
        ),
        limits=Text(
            "在模拟城市里，每周看一次的实际误报与所印的下限相比，平常的城市只多半成左右，"
            "突发波动多或只有两年历史的多约两成，即所印的上限。"
            "遇到全市一起波动，先看全市合计。",
            "In simulated cities, looking every week, ordinary ones had hardly more false alarms than the lower number "
            "stated, those with frequent shocks or two years of history about a fifth more: the upper number. "
            "Where the whole city moves, look at its total first.",
        ),
        source="Negative binomial tail probabilities, calibrated out of sample; simulated by `make bench-signals`",
    ),
    Method(
        name="farrington",
        theme=_THEME,
        label=Text("对照：Farrington Flexible", "For comparison: Farrington Flexible"),
        question=Text("各国常用的方法怎么说？", "What does the method in common use say?"),
        meaning=Text(
            "公共卫生监测通用的方法，逐条序列看往年同期，作为对照并列；与R软件包surveillance的结果一致。",
            "The usual method of public-health surveillance looks at each series by itself in earlier years. It "
            "stands beside "
            "ours for comparison and agrees with the R package surveillance.",
        ),
        limits=Text(
            "需要一年以上的历史；件数很少的序列几乎不提示。",
            "It needs more than a year, and hardly ever signals tiny series.",
        ),
        source="Noufaily et al., Statistics in Medicine 32:1206, 2013",
    ),
    Method(
        name="why_changed",
        theme=Text("数字为何变了", "Why a figure changed"),
        label=Text("变化的分解", "Decomposition of a change"),
        question=Text(
            "数字变了，多少是补登、更正、口径，多少是实际变化？",
            "How much of a change is late entries, corrections, rules, real?",
        ),
        meaning=Text(
            "同一数字按“当时所见”和“现在所见”各算一遍，中间依次换上补登的件、更正的值、现行规则，最后才是实际变化；"
            "各步相加正好等于总变化。",
            "The figure is computed as it was seen then and as it is seen now; between the two, late registrations, "
            "corrected "
            "values and the present rules are put in one after the other, and what is left is real. The steps add up "
            "exactly.",
        ),
        limits=Text(
            "各步的先后会影响交互部分归到哪一步；顺序固定。", "The order decides where interactions go; it is fixed."
        ),
        source="Huiyin; exact fractions, largest remainders for rounding",
    ),
    Method(
        name="concentration",
        theme=Text("集中程度", "Concentration"),
        label=Text("信访件在事项上的集中", "How items gather on matters"),
        question=Text("多少信访件集中在少数事项上？", "How many items are on few matters?"),
        meaning=Text(
            "按事项归并件数，看件数最多的1%事项占多少件。只计件数，不列事项，更不列人。",
            "Items are joined by matter; the busiest hundredth of the matters and their share of items are given. "
            "Counts "
            "only: no matter is listed, and no person.",
        ),
        limits=Text("关联件编号缺失会使集中程度显得低。", "Missing matter numbers make the concentration look lower."),
        source="Gini, Variabilità e mutabilità, 1912; top shares",
    ),
)
