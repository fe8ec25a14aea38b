"""Rule sets: every day count, window and convention a figure rests on, named, dated, with its source."""

from dataclasses import dataclass, replace
from datetime import date, time

from queries.errors import UnknownName
from queries.vocabulary import Text


@dataclass(frozen=True)
class RuleSet:
    """The day counts (calendar days) and definitions of one body of rules.

    Attributes:
        first_flag: which first-time flag decides "first petition": "national", "local" or "not_repeat". Where it is
            not given for an item, the others stand in, in that order (DOMAIN.md §7).
        timed_procedures: procedures on which the handling period runs when no due date is given (Art. 31(6)).
    """

    name: str
    label: Text
    in_force: date
    source: str
    register_days: int
    office_acceptance_days: int
    unknown_receipt_days: int
    handling_days: int
    max_extension_days: int
    follow_up_days: int = 90  # calendar days of "resolved once", DOMAIN.md §3 (90 or 180)
    first_flag: str = "national"
    timed_procedures: tuple[str, ...] = ("petition",)
    closing_time: time = time(17, 30)  # of offices, where the bureau has entered none; only for 日清日结, DOMAIN.md §7
    review_days: int = 30  # Art. 35, 36: to ask for a review or re-review, and to answer it
    small_sample: int = 10  # items, below this a rate is not compared (UX.md §5)


REGULATION_2022 = RuleSet(
    name="regulation2022",
    label=Text("信访工作条例（2022）", "Regulation on Petition Work (2022)"),
    in_force=date(2022, 5, 1),
    source="信访工作条例 Art. 22, 23, 31, 34",
    register_days=15,  # Art. 22, from receipt by the bureau
    office_acceptance_days=15,  # Art. 23, from the office's own receipt
    unknown_receipt_days=30,  # 15 + 15: the office's receipt is not recorded (DOMAIN.md §3)
    handling_days=60,  # Art. 34, from acceptance
    max_extension_days=30,  # Art. 34
)
REGULATION_2005 = RuleSet(
    name="regulation2005",
    label=Text("信访条例（2005，已废止）", "Regulation on Petitions (2005, repealed)"),
    in_force=date(2005, 5, 1),
    source="信访条例 (2005) Art. 21, 22, 33",
    register_days=15,  # Art. 21
    office_acceptance_days=15,  # Art. 22
    unknown_receipt_days=30,
    handling_days=60,  # Art. 33, from acceptance
    max_extension_days=30,  # Art. 33
)
REGULATION_2022_180 = replace(
    REGULATION_2022,
    name="regulation2022_180",
    label=Text("信访工作条例（2022），随访180天", "Regulation on Petition Work (2022), followed for 180 days"),
    follow_up_days=180,  # the longer of the two follow-ups in use, DOMAIN.md §3, §7
)
RULE_SETS = {rules.name: rules for rules in (REGULATION_2022, REGULATION_2022_180, REGULATION_2005)}

CONVENTIONS = {
    "observed": Text("按实际评价", "as evaluated"),
    "silence_is_satisfied": Text("未评视为满意", "silence counted as satisfied"),
}
"""How expired evaluations enter the satisfaction rate (DOMAIN.md §3); named wherever the number appears."""


def rule_set(name: str) -> RuleSet:
    """The rule set of that name.

    Raises:
        UnknownName: with the names there are.
    """
    if name not in RULE_SETS:
        raise UnknownName("rule set", name, RULE_SETS)
    return RULE_SETS[name]
