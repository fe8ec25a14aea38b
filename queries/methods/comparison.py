"""How groups are compared: what chance alone does, and what it does not explain."""

from queries.methods import Method
from queries.vocabulary import Text

_THEME = Text("单位之间能否区分", "Can groups be told apart?")

METHODS = (
    Method(
        name="wilson",
        theme=_THEME,
        label=Text("比率的95%区间（Wilson）", "95% interval of a share (Wilson)"),
        question=Text("这个比率有多可靠？", "How far can this share be relied on?"),
        meaning=Text(
            "件数是完整的，区间说的是这个单位平常的水平：件数越少，平常水平越说不准。10件中9件按时，"
            "平常水平可能在60%到98%之间。",
            "The count itself is complete; the interval speaks of the usual level behind it: the fewer items, the less "
            "can be said. With 9 of 10 on time the usual level may be anywhere from 60% to 98%.",
        ),
        limits=Text(
            "少于10件的标“样本不足”，不参加比较。", "Fewer than 10 items are marked “too few” and not compared."
        ),
        source="E. B. Wilson, JASA 22:209, 1927; Brown, Cai & DasGupta, Statistical Science 16:101, 2001",
    ),
    Method(
        name="difference",
        theme=_THEME,
        label=Text("两个比率之差的区间（Newcombe）", "Interval of a difference of two shares (Newcombe)"),
        question=Text("与上一时段或另一单位的差别是不是偶然？", "Is a difference from another period or group chance?"),
        meaning=Text(
            "由两个比率各自的Wilson区间合成差的区间；区间不含0才画箭头、才说“超出偶然”。",
            "The two Wilson intervals give the interval of the difference; only where it leaves 0 out is an arrow "
            "drawn "
            "and the difference called more than chance.",
        ),
        limits=Text(
            "从许多单位中挑出差别最大的两个来比，偶然的余地更大，所以比较两个单位时还须各单位合看也支持。",
            "Picking the two that differ most out of many leaves more room for chance, so two groups are told apart "
            "only "
            "where all groups seen together agree.",
        ),
        source="R. G. Newcombe, Statistics in Medicine 17:873, 1998, method 10",
    ),
    Method(
        name="bands",
        theme=_THEME,
        label=Text("明显偏低、无法区分、明显偏高", "Clearly low, not separable, clearly high"),
        question=Text("哪些单位与全体不同？", "Which groups differ from the whole?"),
        meaning=Text(
            "每个单位与全体的比率作精确二项检验，并控制全部单位一起的误报：被称为不同的单位中，平均最多5%是误报。",
            "An exact binomial test of every group against the whole, with false calls controlled over all groups "
            "together: of those called different at most 5% on average are so by chance.",
        ),
        limits=Text(
            "“无法区分”不等于“一样”，只是现有件数说不出差别。",
            "“Not separable” does not mean equal: with so many items no difference can be told.",
        ),
        source="Exact binomial test; Benjamini & Hochberg, JRSS B 57:289, 1995",
    ),
    Method(
        name="natural_breaks",
        theme=_THEME,
        label=Text("地图颜色的分档（自然断点）", "Shades of the map (natural breaks)"),
        question=Text("地图上颜色的界限怎么定？", "Where do the shades of the map begin and end?"),
        meaning=Text(
            "比率最相近的归为一档，最多五档；一个远离其他的地方自成一档，其他地方仍能分出深浅。图例写明每档的比率。",
            "Places whose shares are most alike get one shade, of five at most; one far from all others has a shade of "
            "its own, and the others can still be told apart. The legend prints the shares of each shade.",
        ),
        limits=Text(
            "档次由当时的比率决定，换了时段或指标界限就会变；颜色不同不等于差别超出偶然，那要看◆。",
            "The limits follow from the shares shown and move with period and measure. Another shade is no difference "
            "beyond chance: that is what ◆ says.",
        ),
        source="W. D. Fisher, JASA 53:789, 1958; G. F. Jenks, International Yearbook of Cartography 7:186, 1967",
    ),
    Method(
        name="shrunk",
        theme=_THEME,
        label=Text("与全体合看的比率（分层模型）", "Share seen with the whole (hierarchical model)"),
        question=Text("件数少的单位，平常水平大概是多少？", "What is the usual level of a group with few items?"),
        meaning=Text(
            "把各单位看作同一城市的成员：件数多的主要看自己，件数少的向全体靠拢。这样估计的误差比直接用比率小。",
            "The groups are seen as members of one city: one with many items speaks for itself, one with few is drawn "
            "towards the whole. The error is smaller than that of the plain shares.",
        ),
        limits=Text(
            "数百个单位中孤立的一个例外会被拉向其他单位，所以旁边有漏斗图。",
            "A lone exception among hundreds is drawn towards the others; the funnel stands beside it for that reason.",
        ),
        source="Gelman et al., Bayesian Data Analysis, 3rd ed., §5.3 (hierarchical beta-binomial, on a grid)",
    ),
    Method(
        name="rank_interval",
        theme=_THEME,
        label=Text(
            "可能的位次与真属后三位的可能性", "Possible places and the chance of truly being among the last three"
        ),
        question=Text("这个单位可能排在第几位？", "Which place could this group have?"),
        meaning=Text(
            "由分层模型抽取上万个可能的城市，每个都排一次队；位次范围是其中95%的情形。抽样固定种子，"
            "数据不变结果就不变。",
            "The model draws ten thousand cities that could be behind the figures and orders the groups in each; the "
            "places are those of 95% of them. The draws have a fixed seed: the same data give the same answer.",
        ),
        limits=Text(
            "不足10件的单位不排位次；本软件从不列出名次表。标记（看单个单位）与位次（看相互之间）问的是两件事，"
            "可以不一致。",
            "Groups with fewer than 10 items have no place, and there is no list by rank. The mark (one group and the "
            "whole) and the places (all against all) answer different questions and may differ.",
        ),
        source="Goldstein & Spiegelhalter, JRSS A 159:385, 1996",
    ),
    Method(
        name="rank_sets",
        theme=_THEME,
        label=Text("同时成立的位次范围（Holm）", "Places that hold for all groups at once (Holm)"),
        question=Text(
            "公布名单或申诉时，哪些位次站得住？", "Which places can be defended in a published list or an appeal?"
        ),
        meaning=Text(
            "所有单位两两检验，并按Holm方法一起控制误报；只比明显更好的单位靠后，只比明显更差的单位靠前。",
            "All pairs are tested with false calls controlled together (Holm); a group stands behind those clearly "
            "better "
            "and before those clearly worse. How much of the spread is real (rankability) says whether an order is "
            "worth "
            "publishing.",
        ),
        limits=Text(
            "范围通常很宽，这正是结论：一个月的数字排不出名次。超过200个单位时不给出。",
            "The ranges are usually wide, and that is the finding: a month's figures give no order. Not shown for more "
            "than 200 groups.",
        ),
        source="Holm, Scand. J. Statist. 6:65, 1979; Mogstad, Romano, Shaikh & Wilhelm, Rev. Econ. Stud. 91:476, 2024; "
        "van Dishoeck et al., BMJ Qual. Saf. 20:869, 2011",
    ),
    Method(
        name="funnel",
        theme=_THEME,
        label=Text("漏斗图", "Funnel plot"),
        question=Text("偏离是不是因为件数少？", "Is a group off only because it has few items?"),
        meaning=Text(
            "件数越少，偶然造成的偏离越大，所以界线像漏斗。实线是只有偶然时的95%和99.8%界线。",
            "The fewer items, the further chance alone can take a share; hence the shape. Solid lines are the 95% and "
            "99.8% limits of chance alone.",
        ),
        limits=Text(
            "逐个单位判断，12个单位中平均每两次看图约有一个会偶然越过95%界线；只有99.8%界线之外才着色。",
            "Each group is judged by itself: of 12 groups about one in two looks has one beyond the 95% limits by "
            "chance. "
            "Only what lies beyond 99.8% is coloured.",
        ),
        source="Spiegelhalter, Statistics in Medicine 24:1185, 2005; OHID technical guidance",
    ),
    Method(
        name="over_dispersion",
        theme=_THEME,
        label=Text("过度离散", "Over-dispersion"),
        question=Text("各单位之间的差别是不是普遍大于偶然？", "Do all groups differ more than chance allows?"),
        meaning=Text(
            "各单位的差别普遍大于偶然时，多半有没登记的原因（辖区、事项不同）。虚线把这部分计入界线。",
            "Where all groups differ more than chance allows there are causes the register does not know. The dashed "
            "lines allow for that spread.",
        ),
        limits=Text(
            "单位只有十几个时这只是粗略估计，所以两种界线并列；越过99.8%实线的不因虚线而免责。",
            "With a dozen groups it is a rough guess, so both limits are shown, and none beyond the solid 99.8% line "
            "is "
            "excused by the dashed one.",
        ),
        source="Spiegelhalter, Statistics in Medicine 24:1185, 2005 (additive model, 10% Winsorised)",
    ),
    Method(
        name="case_mix",
        theme=_THEME,
        label=Text("结构调整（间接标准化）", "Adjustment for mix (indirect standardisation)"),
        question=Text("是不是因为难办的件多？", "Is it because a group has the hard items?"),
        meaning=Text(
            "按内容分类、登记层级、信访形式分层，用全市各层的比率算出这个单位“应有”的超期（或重复）件数，再与实际相比。"
            "只用单位自己选择不了的因素。",
            "Items are split by topic, level and channel; the city's rates of each stratum give how many late (or "
            "repeated) "
            "items the group should have, which is held against how many it has. Only what an office cannot choose is "
            "used.",
        ),
        limits=Text(
            "调整值只能与全体比，不能比较两个单位；全市不足30件的层并入同类。区间按Poisson计算，"
            "常见结果（如重复）时偏宽。",
            "An adjusted value can be held against the whole, not against another group; strata of fewer than 30 "
            "items in "
            "the city are joined. Intervals are Poisson's, too wide where the outcome is frequent.",
        ),
        source="Breslow & Day, Statistical Methods in Cancer Research II, ch. 2, 1987; exact Poisson limits",
    ),
    Method(
        name="design_effect",
        theme=_THEME,
        label=Text("同一事项的多件", "Several items of one matter"),
        question=Text("重复件成串出现时怎么判断？", "What if repeats come in clumps?"),
        meaning=Text(
            "同一事项的多件不是独立的，按其实际方差放宽判断（设计效应）。",
            "Items of one matter are not independent; their true variance is allowed for (design effect).",
        ),
        limits=Text(
            "只用于重复信访率，属地之间和时段之间的比较都用；变异按全部属地合并估计。",
            "Used for the repeat share only, between places and between periods; read from all places together.",
        ),
        source="Cochran, Sampling Techniques, 3rd ed., §6.3",
    ),
)
