"""How satisfaction is read when many do not answer."""

from queries.methods import Method
from queries.vocabulary import Text

_THEME = Text("满意度与沉默", "Satisfaction and silence")

METHODS = (
    Method(
        name="silence_bounds",
        theme=_THEME,
        label=Text("计入沉默的上下界", "Bounds under silence"),
        question=Text(
            "没有评价的人如果都满意或都不满意，满意率会是多少？", "What if all the silent were satisfied, or none?"
        ),
        meaning=Text(
            "下限把未评价的都算不满意，上限把他们都算满意；两者之差正好是未参评的比例。不作任何猜测，所以不会错。",
            "The lower bound takes all the silent for dissatisfied, the upper for satisfied; they lie apart by "
            "exactly the "
            "share that did not answer. Nothing is assumed, so nothing can be wrong.",
        ),
        limits=Text(
            "参评率低时上下界很宽，这正是结论。本软件不用加权去猜沉默者的意见：它看不出劝评，样本小时反而更差。",
            "With low participation the bounds are wide, and that is the finding. The silent are not guessed by "
            "weighting: "
            "it cannot see persuasion, and is worse in small samples.",
        ),
        source="Manski, Identification for Prediction and Decision, 2007, ch. 2",
    ),
    Method(
        name="evaluations_needed",
        theme=_THEME,
        label=Text("还需多少评价", "Evaluations still needed"),
        question=Text(
            "要达到目标还需多少件评价，还来不来得及？",
            "How many more evaluations would reach the target, and can they?",
        ),
        meaning=Text(
            "用整数精确计算：参评达标还差的件数，满意达标还需的满意件数，以及目标之内还能出现的不满意件数；"
            "与尚未到期的件数相比。",
            "Exact whole numbers: evaluations short of the participation target, satisfied ones short of the "
            "satisfaction "
            "target, dissatisfied ones the target still bears; held against how many are still open.",
        ),
        limits=Text("只按单位给出，从不列出应当联系谁。", "Given by office; it is never a list of whom to call."),
        source="Huiyin; exact integers and fractions",
    ),
    Method(
        name="two_factors",
        theme=_THEME,
        label=Text("参评与满意各占多少", "Participation's part and satisfaction's"),
        question=Text("差距是参评少造成的，还是满意率低造成的？", "Is a gap due to participation or to satisfaction?"),
        meaning=Text(
            "每百件中表示满意的＝参评率×满意率。两者的差按两因素法分成两部分，相加正好等于总差。",
            "Satisfied out of all asked = participation × satisfaction. Any difference splits into two parts that "
            "add up "
            "to it exactly.",
        ),
        limits=Text(
            "这是算术分解，不是原因。有评价而没有评分的件按未参评计。",
            "It is arithmetic, not a cause. An evaluation without a score counts as silent.",
        ),
        source="Das Gupta, Standardization and Decomposition of Rates, US Bureau of the Census P23-186, 1993",
    ),
    Method(
        name="mix_within",
        theme=_THEME,
        label=Text("结构与各单位自身", "Mix and within groups"),
        question=Text(
            "变化来自各单位比重的变化，还是各单位自身的变化？",
            "Did the mix of groups change, or the groups themselves?",
        ),
        meaning=Text(
            "各单位件数比重变化造成的部分与各单位自身满意率变化造成的部分，相加正好等于满意率的变化。",
            "What other weights of the groups contribute, and what other rates within them contribute, add up to the "
            "change of the rate exactly.",
        ),
        limits=Text("只一边有件的单位全部计入结构。", "A group present on one side only counts as mix."),
        source="Kitagawa, JASA 50:1168, 1955",
    ),
)
