"""The path of each demo item from registration to closure and what kind of item it is, as arrays.

All moments are drawn for the whole life of an item; what would happen after the register's last day is then blank, so
open items and open evaluations arise as they do in a register.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from queries.days import day_number
from seed.demo import truths
from seed.demo.city import TOPICS, City, cumulative
from seed.demo.matters import Ints, Rows, picks_by
from seed.demo.season import Season

Booleans = npt.NDArray[np.bool_]
DAY, HOUR, MINUTE = 86_400, 3_600, 60  # seconds
NEVER = 2**50  # a moment after every last day

CHANNELS = ("letter", "visit", "online", "phone", "mailbox", "other")
CHANNEL_SHARES = cumulative([(0, 0.05, 0.60, 0.25, 0.10, 0), (0.14, 0.31, 0.37, 0.10, 0.06, 0.02)])  # closed, open days
VISIT, PHONE, MAILBOX = 1, 3, 4
LEVELS = ("national", "province", "prefecture", "county", "township", "department")
LEVEL_SHARES = cumulative([(0.20, 0.10, 0.11, 0.42, 0.11, 0.06), (0.30, 0.16, 0.14, 0.32, 0.05, 0.03)])  # first, repeat
PROVINCE, COUNTY, TOWNSHIP, DEPARTMENT = 1, 3, 4, 5
PURPOSES = ("suggestion", "accusation", "appeal", "request", "enquiry", "other")
PURPOSE_SHARES = cumulative([(0.08, 0.03, 0.04, 0.72, 0.11, 0.02), (0.02, 0.85, 0.06, 0.05, 0.01, 0.01)])
ENQUIRY = 4
PROCEDURES = ("petition", "litigation", "arbitration", "review", "discipline", "other")
PROCEDURE_SHARES = cumulative(
    [(0.90, 0.02, 0.02, 0.02, 0.01, 0.03), (0.55, 0.36, 0.02, 0.03, 0.02, 0.02), (0.20, 0.02, 0, 0, 0.75, 0.03)]
)  # other topics, justice, discipline
PETITION, LITIGATION = 0, 1
HANDLING = ("forward", "assign", "supervise")
HANDLING_SHARES = cumulative([(0.70, 0.27, 0.03)])
SUPERVISE = 2
OUTCOMES = ("supported", "explained", "not_supported", "mediated", "other", "withdrawn")
OUTCOME_SHARES = cumulative([(0.38, 0.36, 0.12, 0.10, 0.015, 0.025)])
QUERY_CODES = ("none", "sms", "printed", "failed")
QUERY_CODE_SHARES = cumulative(
    [(0.07, 0.64, 0.25, 0.04), (0.30, 0.38, 0.12, 0.20)]
)  # usual, office of low participation
HANDLING_DAYS, EXTENSION_KNOWN = 60, 50  # calendar days from acceptance: limit, when an extension is decided
EXTENDED, EXTENSIONS = 0.06, (15, 30)  # share extended, by how many days
LATE_DAYS, SLOW_LATE_DAYS, STUCK = 16.0, 24.0, 0.04  # mean days late; share of late items never closed
GRID = (np.arange(4096) + 0.5) / 4096


def _beta(mean: float, strength: float) -> npt.NDArray[np.float32]:
    """Quantiles of a beta distribution on a grid, from which values are drawn by index."""
    quantiles: npt.NDArray[np.float32] = betaincinv(mean * strength, (1 - mean) * strength, GRID).astype(np.float32)
    return quantiles


ACCEPTANCE = _beta(0.32, 5.0)
USUAL, SLOW = _beta(truths.USUAL_SHARE_OF_LIMIT, 4.2), _beta(truths.SLOW_SHARE_OF_LIMIT, 7.0)


class Draws:
    """Random numbers of one step: shares, table positions, office hours."""

    def __init__(self, seed: int, step: int, part: int, size: int) -> None:
        self.rng = np.random.Generator(np.random.SFC64([seed, step, part]))
        self.size = size

    def share(self) -> npt.NDArray[np.float32]:
        """Uniform from 0 to 1, the end excluded."""
        shares: npt.NDArray[np.float32] = self.rng.random(self.size, dtype=np.float32)
        return shares

    def chance(self, probability: float | npt.NDArray[np.floating]) -> Booleans:
        """True with this probability."""
        return self.share() < probability

    def from_table(self, table: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Values of a distribution given by its quantiles."""
        return table[self.rng.integers(0, len(table), self.size, dtype=np.uint16)]

    def waiting(self, mean: float | npt.NDArray[np.floating], most: float = 400) -> Ints:
        """Whole days, exponentially distributed before the fraction is dropped."""
        days = self.rng.standard_exponential(self.size, dtype=np.float32) * mean
        return np.minimum(days, most).astype(np.int64)

    def office_hours(self) -> Ints:
        """Seconds after midnight, 8:30–12:00 or 14:00–17:30."""
        worked = (self.share() * (7 * HOUR)).astype(np.int64)
        return worked + np.where(worked < 3.5 * HOUR, 8.5 * HOUR, 10.5 * HOUR).astype(np.int64)

    def moment(self, day: Ints, after: Ints) -> Ints:
        """A moment within office hours of a day, at least a minute after another one."""
        moments: Ints = np.maximum(day * DAY + self.office_hours(), after + MINUTE)
        return moments


Arrays = dict[str, npt.NDArray[Any]]
"""Columns by their register name; moments in seconds since 1970, words as indices, NEVER where nothing happens."""


def kinds(draws: Draws, rows: Rows, city: City, season: Season) -> Arrays:
    """What kind of item each is: channel, level, purpose, procedure, flags, people."""
    working = season.is_working[rows.day - season.days[0]]
    repeats = rows.ordinal > 0
    topic = city.leaf_l1[rows.leaf]
    names = list(TOPICS)
    is_justice, is_discipline = topic == names.index("政法"), topic == names.index("纪检监察")
    channel = picks_by(draws.rng, CHANNEL_SHARES, working.astype(np.int8))
    level = picks_by(draws.rng, LEVEL_SHARES, repeats.astype(np.int8))
    level[((channel == PHONE) | (channel == MAILBOX)) & (level <= PROVINCE)] = COUNTY
    purpose = picks_by(draws.rng, PURPOSE_SHARES, is_discipline.astype(np.int8))
    procedure = picks_by(draws.rng, PROCEDURE_SHARES, is_justice + 2 * is_discipline.astype(np.int8))
    earlier = ~repeats & draws.chance(truths.EARLIER_MATTER)
    first_national = ~repeats & ~earlier
    is_group = (channel == VISIT) & draws.chance(0.06)
    people = 1 + draws.chance(0.22) + draws.chance(0.08) + draws.chance(0.04)
    low = rows.office == city.offices.index(truths.LOW_OFFICE)
    return {
        "channel": channel,
        "register_level": level,
        "purpose": purpose,
        "procedure": procedure,
        "is_legal_matter": (procedure == LITIGATION) | (is_justice & draws.chance(0.8)),
        "handling_mode": picks_by(draws.rng, HANDLING_SHARES, np.zeros(len(rows), np.int8)),
        "outcome": picks_by(draws.rng, OUTCOME_SHARES, np.zeros(len(rows), np.int8)),
        "query_code_status": picks_by(draws.rng, QUERY_CODE_SHARES, low.astype(np.int8)),
        "is_group": is_group,
        "petitioner_count": np.where(is_group, 5, people),  # representatives of a group, five at most
        "affected_count": np.where(is_group, 5 + draws.waiting(24), people),
        "is_first_national": first_national,
        "is_first_local": first_national | (repeats & draws.chance(0.15)) | (earlier & draws.chance(0.4)),
        "is_repeat": ~first_national,
        "is_backlog": (rows.ordinal >= 3) & draws.chance(0.6),
        "counted": np.ones(len(rows), np.bool_),
    }


def path(draws: Draws, rows: Rows, kind: Arrays, city: City, season: Season) -> Arrays:
    """When what happens to each item, in order; moments after the register's end included."""
    registered, forwarded = _registration(draws, rows, kind, season)
    received = draws.moment(forwarded // DAY + draws.waiting(0.9, 6), forwarded)
    in_time = draws.chance(truths.OFFICE_ACCEPTANCE)
    soon = (draws.from_table(ACCEPTANCE) * 15).astype(np.int64)
    late = 16 + (draws.share() * 12).astype(np.int64)
    accepted_day = received // DAY + np.where(in_time, soon, late)
    accepted_day = _office_day(season, accepted_day, received // DAY + np.where(in_time, 0, 16))
    accepted = draws.moment(accepted_day, received)
    timed = kind["procedure"] == PETITION
    extended = _extensions(draws, timed, accepted, season)
    closed = _closing(draws, rows, kind, accepted, extended, city, season)
    ready = closed - (draws.share() * 4).astype(np.int64) * DAY - (draws.share() * HOUR).astype(np.int64)
    replied = np.where(closed == NEVER, NEVER, np.maximum(accepted + MINUTE // 2, ready))
    review = np.where(draws.chance(0.04), replied + (1 + draws.waiting(9, 28)) * DAY, NEVER)
    reviewed = review + (8 + draws.waiting(9, 20)) * DAY
    recheck = np.where(draws.chance(0.25), reviewed + (1 + draws.waiting(9, 28)) * DAY, NEVER)
    before = np.where(kind["channel"] == 0, 2 + draws.waiting(2.5, 9), draws.waiting(0.5, 4))  # letters travel
    return {
        "petitioned_on": rows.day - before,
        "registered_at": registered,
        "forwarded_at": forwarded,
        "received_by_office_at": received,
        "accepted_at": accepted,
        "due_at": np.where(timed, (accepted // DAY + HANDLING_DAYS + extended + 1) * DAY - 1, NEVER),
        "extended_days": extended,
        "replied_at": replied,
        "closed_at": closed,
        "confirmed_closed": draws.chance(0.93),
        "review_requested_at": review,
        "review_done_at": reviewed,
        "recheck_requested_at": recheck,
        "recheck_done_at": recheck + (8 + draws.waiting(9, 20)) * DAY,
        "supervised_at": np.where(kind["handling_mode"] == SUPERVISE, accepted + 45 * DAY, NEVER),
    }


def _registration(draws: Draws, rows: Rows, kind: Arrays, season: Season) -> tuple[Ints, Ints]:
    online = (draws.share() * 17 * HOUR).astype(np.int64) + 6 * HOUR
    in_person = (kind["channel"] == VISIT) | (kind["channel"] == 0)
    registered = rows.day * DAY + np.where(in_person, draws.office_hours(), online)
    since = rows.day >= day_number(truths.SAME_DAY_SINCE)
    for_first = np.where(since, _same_day_chance(registered, since, season), truths.SAME_DAY_BEFORE)
    for_repeats = np.where(since, 0.6, truths.SAME_DAY_BEFORE)
    same_day = draws.chance(np.where(kind["is_first_national"], for_first, for_repeats))
    at_once = np.minimum(
        registered + 5 * MINUTE + (draws.share() * 2.5 * HOUR).astype(np.int64), rows.day * DAY + DAY - 1
    )
    waits = 1 + draws.waiting(np.where(since, 2.0, 2.4), 13)
    waits += np.where(rows.day > season.days[-1] - truths.STALLED_DAYS, truths.STALLED_DAYS, 0)
    later = (rows.day + waits) * DAY + draws.office_hours()
    return registered, np.where(same_day, at_once, later)


def _same_day_chance(registered: Ints, since: Booleans, season: Season) -> npt.NDArray[np.float64]:
    """Lower in the evening and on days off, higher within office hours, so that the mean is the one planted."""
    off = ~season.is_working[registered // DAY - season.days[0]] | (registered % DAY > truths.OFFICES_CLOSE)
    share = float(off[since].mean()) if since.any() else 0.0
    within = (truths.SAME_DAY_AFTER - share * truths.SAME_DAY_OFF_HOURS) / (1 - share) if share < 1 else 0.0
    return np.where(off, truths.SAME_DAY_OFF_HOURS, min(within, 1.0))


def _extensions(draws: Draws, timed: Booleans, accepted: Ints, season: Season) -> Ints:
    known = accepted // DAY + EXTENSION_KNOWN <= season.days[-1]
    days = np.where(draws.chance(0.3), *EXTENSIONS)
    return np.where(timed & known & draws.chance(EXTENDED), days, 0)


def _closing(
    draws: Draws, rows: Rows, kind: Arrays, accepted: Ints, extended: Ints, city: City, season: Season
) -> Ints:
    slow = rows.place == city.places.index(truths.SLOW_PLACE)
    limit = HANDLING_DAYS + extended
    share = np.where(slow, draws.from_table(SLOW), draws.from_table(USUAL))
    days = (share * (HANDLING_DAYS + 1)).astype(np.int64)
    spread = draws.share()
    days = np.where((kind["purpose"] == ENQUIRY) & ~slow, days // 5, days)
    days = np.where(draws.chance(0.04), limit - (spread * 3).astype(np.int64), days)  # finished just before the limit
    days = np.where(extended > 0, EXTENSION_KNOWN + 2 + (spread * (limit - EXTENSION_KNOWN - 1)).astype(np.int64), days)
    on_time = draws.chance(np.where(slow, truths.SLOW_ON_TIME, truths.ON_TIME))
    late = limit + 1 + draws.waiting(np.where(slow, SLOW_LATE_DAYS, LATE_DAYS))
    day = accepted // DAY + np.where(on_time, days, late)
    day = _office_day(season, day, np.where(on_time, accepted // DAY, accepted // DAY + limit + 1))
    stuck = ~on_time & draws.chance(STUCK)
    return np.where(stuck, NEVER, draws.moment(day, accepted))


def _office_day(season: Season, day: Ints, earliest: Ints) -> Ints:
    """The last working day up to a day, or the day itself where that would be too early or lies beyond the season."""
    inside = day <= season.days[-1]
    before = season.previous_working[np.where(inside, day - season.days[0], 0)]
    return np.where(inside & (before >= earliest), before, day)
