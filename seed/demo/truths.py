"""What the demo register was told: every planted truth as a named constant, so that the measures can find it again.

演示数据: the city, its offices, its people's matters and all these numbers are invented. Shares are 0 to 1.
"""

from datetime import date

FIRST_DAY = date(2020, 1, 1)
LAST_DAY = date(2022, 6, 30)  # the as-of date: what happens later is not in the register

# Timeliness. Eleven townships are equal on purpose: the differences a page shows among them are chance.
ON_TIME = 0.955  # of items under the petition procedure, closed by their due date
SLOW_PLACE = "岚溪镇"
SLOW_ON_TIME = 0.82
USUAL_SHARE_OF_LIMIT = 0.55  # mean share of the 60 days used by an item closed on time
SLOW_SHARE_OF_LIMIT = 0.78
SLOW_EXTRA_DAYS = 18  # by which its median days to close exceeds the other townships', follows from the four above
OFFICE_ACCEPTANCE = 0.965  # accepted within 15 days of the office's own receipt
SAME_DAY_SINCE = date(2022, 1, 1)  # 日清日结
SAME_DAY_AFTER = 0.945  # first petitions forwarded on the day of registration, from that date
SAME_DAY_OFF_HOURS = 0.86  # of those registered in the evening or on a day off; within office hours all the more
OFFICES_CLOSE = 17 * 3600 + 30 * 60  # seconds after midnight
SAME_DAY_BEFORE = 0.24
STALLED_DAYS = 20  # what was registered in the last so many days and not forwarded at once still waits at the end

# One topic rising in one place.
RISING_PLACE = "竹屿镇"
RISING_TOPIC_L1 = "生态环境"
RISING_TOPIC_L2 = "大气污染"
RISING_TOPIC_L3 = "工业异味扰民"
RISING_SINCE = date(2022, 3, 1)
RISING_SHARE = {3: 0.040, 4: 0.050, 5: 0.060, 6: 0.070}  # of the whole city's first petitions, by month of 2022

# Evaluation, of petitions registered at national level.
PARTICIPATION = {"bureau": 0.62, "office": 0.58}
LOW_OFFICE = "住房和城乡建设局"
LOW_PARTICIPATION = 0.30  # for both targets: half of its query codes never arrive
SATISFACTION = {"bureau": 0.87, "office": 0.80}  # satisfied or basically satisfied, of those evaluated
SATISFIED_FULLY = 0.6  # of the satisfied ones, the rest is "basically satisfied"
EVALUATION_DAYS = 30  # calendar days: bureau from registration, office from its reply (demo, not a rule)

# Repeats: few matters bring most of them.
REPEAT_CHANCE = 0.15  # of a first petition to be followed by at least one more on the same matter
REPEAT_TAIL = 1.5  # Pareto exponent of how many follow
REPEAT_MOST = 30
EARLIER_MATTER = 0.04  # first items whose matter began before the register does: repeats without a predecessor

# Backlog batches, DOMAIN.md §1. Recognition of the second is not stated.
BATCHES: dict[str, dict[str, int | None]] = {
    "第一批": {"assigned": 32, "reported": 32, "recognised": 31, "under_review": 1, "reflow": 1},
    "第二批": {"assigned": 10, "reported": 10, "recognised": None, "under_review": None, "reflow": 0},
}

TARGETS = {  # the prefecture's, invented; the city falls short of the first two
    "participation_rate": 0.70,
    "satisfaction_rate": 0.92,
    "on_time_reply_rate": 0.95,
    "timely_acceptance_rate": 0.95,
    "same_day_forwarding_rate": 0.98,
}
TARGET_SOURCE = "演示目标"

# Rows that quality checks must find. Item number n (from 0) carries the flaw when n % every == offset.
FLAWS = {
    "dates_out_of_order": (1500, 211),  # forwarded the day before it was registered
    "due_before_accepted": (2000, 433),
    "extension_out_of_range": (3000, 877),  # 45 days
    "petitioner_count_below_one": (3000, 1291),  # 0
    "first_and_repeat": (1800, 1009),
    "recheck_before_review": (3000, 2203),
    "confirmed_but_open": (4000, 3001),
    "due_differs_from_rule": (2200, 1747),  # due five days late
    "place_unknown": (1000, 619),
    "office_unknown": (1300, 733),
    "first_flags_missing": (4500, 2711),
}
UNKNOWN_PLACE = "云江新区筹备处"
UNKNOWN_OFFICE = "原市政工程管理处"
NOT_COUNTED = (400, 97)  # counted = no
CLUMPED_CLOSURES = (6, LAST_DAY.replace(day=24))  # so many closures of one office within a minute, on that day
