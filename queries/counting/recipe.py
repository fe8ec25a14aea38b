"""The Polars code that counts a figure again, written from its definition: to check it, or to go on in a notebook.

Definitions are Narwhals expressions; here they are written down as text instead of being computed, so that the code can
never say anything else than what the dashboard counts. It reads the files of a snapshot and needs Polars alone.
"""

import re
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import narwhals as nw

from queries.counting.conditions import counted_rows, duration_rows
from queries.counting.quantiles import NEARLY, SECONDS_A_DAY
from queries.counting.reasons import why_not
from queries.counting.selection import basis_of, wanted_rows
from queries.days import day_number
from queries.dimensions import DIMENSIONS, GRAINS, dimension_name
from queries.engines import Wanted
from queries.filters import Filters
from queries.measures import Basis, Count, Duration, Measure, Predicate, Ratio, measure
from queries.measures.terms import DERIVED
from queries.snapshot import Snapshot

WIDTH = 100  # characters of a line of code

_BETWEEN = {
    "__and__": "&",
    "__or__": "|",
    "__eq__": "==",
    "__ne__": "!=",
    "__gt__": ">",
    "__ge__": ">=",
    "__lt__": "<",
    "__le__": "<=",
    "__add__": "+",
    "__sub__": "-",
    "__mul__": "*",
    "__floordiv__": "//",
    "__mod__": "%",
}


def code(snapshot: Snapshot, filters: Filters, name: str, language: str, by: Sequence[str] = ()) -> str | None:
    """Python code that prints numerator, denominator, excluded and value of a measure under a selection.

    Args:
        by: dimensions and steps of time the figures are broken down by; one row a group then.

    Returns:
        None where the measure cannot be computed there.
    """
    each = measure(name)
    if why_not(each, snapshot, filters):
        return None
    basis = basis_of(snapshot, filters)

    def said(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    lines = [
        f"# {each.label(language)}{said('：', ': ')}{each.meaning(language)}",
        f"# {said('快照', 'snapshot')} {snapshot.id} · {said('截至', 'as of')} {filters.as_of or snapshot.as_of} · "
        f"{said('规则', 'rules')} {filters.rules} · {said('满意率口径', 'convention')} {filters.convention}",
        "from pathlib import Path",
        "",
        "import polars as pl",
        "",
        f'folder = Path("snapshots") / "{snapshot.id}"  # '
        + said("数据目录下的快照文件夹", "the folder of the snapshot, in the data folder"),
        "# " + said("日期为1970-01-01起的天数，类别为编码", "days are counted from 1970-01-01, words are codes"),
        f'rows = pl.concat([pl.read_ipc(file) for file in sorted(folder.glob("{_files(each)}"))])',
    ]
    lines.append(f"as_of = {basis.as_of}  # {filters.as_of or snapshot.as_of}")
    groups = [dimension_name(group) for group in by]
    counted = _counted(each, basis, language, groups)
    if any('"returned_day"' in line for line in counted):
        lines += _returned(snapshot, language)
    for column, make in DERIVED.get(each.table, {}).items():
        lines += _call("rows = rows.with_columns", f"{column}={_seen(written(make(basis)), basis)}")
    for dimension, codes, inside in wanted_rows(snapshot, each.table, filters):
        lines += _kept(snapshot, (dimension, codes, inside), language)
    lines += _period(filters, _seen(written(each.cohort.day(basis)), basis), each.cohort.label(language))
    for grain in (group for group in groups if group in GRAINS):
        day = _seen(written(each.cohort.day(basis)), basis)
        start = f'{grain}={day}.cast(pl.Int32).cast(pl.Date).dt.truncate("{GRAINS[grain].step}")'
        lines += _call("rows = rows.with_columns", start)
    lines += counted
    return "\n".join(lines) + "\n"


def written(expression: nw.Expr) -> str:
    """A Narwhals expression as Polars code.

    Raises:
        NotImplementedError: a part of Narwhals no definition has used so far; add it here.
    """
    # Narwhals has no public way to look into an expression; its version is locked, and a test runs every definition
    text = ""
    for node in expression._nodes:
        text = _applied(text, node.name, [_argument(each) for each in node.exprs], dict(node.kwargs))
    return text


def _argument(value: Any) -> str:
    return written(value) if isinstance(value, nw.Expr) else repr(value)


def _applied(text: str, name: str, arguments: Sequence[str], options: dict[str, Any]) -> str:
    if name in _BETWEEN:
        return f"({text} {_BETWEEN[name]} {arguments[0]})"
    match name:
        case "col":
            return ", ".join(f'pl.col("{column}")' for column in options["names"])
        case "lit":
            kind = options.get("dtype")
            return f"pl.lit({options['value']!r})" if kind is None else f"pl.lit({options['value']!r}, {_dtype(kind)})"
        case "__invert__":
            return f"~{text}"
        case "is_null":
            return f"{text}.is_null()"
        case "is_in":
            return f"{text}.is_in({options['other']!r})"
        case "fill_null":
            return f"{text}.fill_null({arguments[0]})"
        case "cast":
            return f"{text}.cast({_dtype(options['dtype'])})"
        case "coalesce":
            return arguments[0] if len(arguments) == 1 else f"pl.coalesce({', '.join(arguments)})"
        case "all_horizontal" | "any_horizontal":
            return arguments[0] if len(arguments) == 1 else f"pl.{name}({', '.join(arguments)})"
        case "when_then":
            otherwise = f".otherwise({arguments[2]})" if len(arguments) > 2 else ""
            return f"pl.when({arguments[0]}).then({arguments[1]}){otherwise}"
    raise NotImplementedError(f"'{name}' has no Polars code yet. Add it to queries/counting/recipe.py.")


def _dtype(kind: Any) -> str:
    return f"pl.{getattr(kind, '__name__', type(kind).__name__)}"


def _files(each: Measure) -> str:
    return "backlog.arrow" if each.table == "backlog" else f"{each.table}/*.arrow"


def _call(before: str, inside: str, comment: str = "") -> list[str]:
    """A call on one line, or its argument broken at spaces: within brackets Python takes a line where it ends."""
    line = f"{before}({inside})"
    if len(line) <= WIDTH:
        return [line + comment]
    broken = wrap(inside, WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    return [f"{before}({comment}", *(f"    {part}" for part in broken), ")"]


def _seen(text: str, basis: Basis) -> str:
    """The as-of day by its name."""
    return re.sub(rf"(?<= ){basis.as_of}(?=\))", "as_of", text)


def _returned(snapshot: Snapshot, language: str) -> list[str]:
    """When items came back as one the viewer may see; nothing where every purpose may be seen."""
    hidden = sorted(code for name, codes in snapshot.hidden if name == "purpose" for code in codes)
    if not hidden:
        return []
    comment = "再来访只看可见的件" if language == "zh" else "what came back as an item that may be seen"
    return [
        f"# {comment}",
        f'seen = rows.filter(~pl.col("purpose").is_in({hidden})).drop_nulls("matter")',
        'back = seen.drop_nulls("returned_day").select("case_no", "matter", "returned_day")',
        'later = back.join(seen.select("matter", other="case_no", day="registered_day"), on="matter")',
        'later = later.filter(pl.col("other") != pl.col("case_no"), pl.col("day") >= pl.col("returned_day"))',
        'returned = later.group_by("case_no").agg(returned_day=pl.col("day").min())',
        'rows = rows.drop("returned_day").join(returned, on="case_no", how="left")',
    ]


def _kept(snapshot: Snapshot, wanted: Wanted, language: str) -> list[str]:
    """One filter with the words of its codes behind it."""
    dimension, codes, inside = wanted
    text = f'pl.col("{dimension}").is_in({sorted(codes)})'
    what = ""
    if dimension in DIMENSIONS:
        words = snapshot.dimension(dimension)
        named = dict(zip(words["code"].to_list(), words[language].to_list(), strict=True))
        label = DIMENSIONS[dimension].label(language)
        shown = [_one_line(named.get(number, str(number))) for number in sorted(codes)[:5]]
        what = f"  # {label}: {', '.join(shown)}" + (" …" if len(codes) > 5 else "")
    return [f"rows = rows.filter({text if inside else '~' + text}){what}"]


def _one_line(text: str) -> str:
    # a name from a register must not end the comment it stands in
    return " ".join(text.split())


def _period(filters: Filters, day: str, label: str) -> list[str]:
    lines = []
    for end, compare in ((filters.start, ">="), (filters.end, "<=")):
        if end is not None:
            comment = f"  # {label} {compare} {end}"
            lines += _call("rows = rows.filter", f"{day} {compare} {day_number(end)}", comment)
    return lines


def _named(group: str, language: str) -> list[str]:
    """The words of a dimension for its codes."""
    return [
        f'words = pl.read_ipc(folder / "dimensions" / "{group}.arrow")  # {DIMENSIONS[group].label(language)}',
        f'named = pl.col("{group}").cast(pl.Int64).replace_strict(words["code"].cast(pl.Int64), words["{language}"])',
        f"counted = counted.with_columns({group}=named)",
    ]


def _counted(each: Measure, basis: Basis, language: str, by: Sequence[str]) -> list[str]:
    """Which rows belong, and the counts of them."""
    found = counted_rows(each, basis)
    texts = {role: _seen(written(condition.rows), basis) for role, (_, condition) in found.items() if condition}
    belongs = texts.get("denominator", texts["numerator"])
    lines = _call("belongs = ", belongs)
    sums = []
    for role, (_, condition) in found.items():
        text = texts.get(role, "pl.lit(0)").replace(belongs, "belongs")
        if condition is None:
            sums.append((role, text))
        elif condition.weight:
            sums.append((role, f'pl.col("{condition.weight}").filter({text}).sum()'))
        else:
            sums.append((role, f"{text}.sum()"))
    if isinstance(each, Duration) and each.ended is None:
        measured = _seen(written(duration_rows(each, basis)), basis).replace(belongs, "belongs")
        spread = f'quantile({each.quantile}, interpolation="linear") / {SECONDS_A_DAY}'
        sums.append(("value", f"{written(each.seconds(basis))}.filter({measured}).{spread}"))
    keys = ", ".join(f'"{group}"' for group in by)
    lines.append(f"counted = rows.group_by({keys}).agg(" if by else "counted = rows.select(")
    for role, text in sums:
        lines += [f"    {line}" for line in _call(f"{role}=", text)]
        lines[-1] += ","
    lines.append(")")
    if by:
        roles = ", ".join(f'"{role}"' for role in found)
        lines.append(f"counted = counted.filter(pl.any_horizontal(pl.col({roles}) != 0)).sort({keys})")
    value = {Ratio: 'pl.col("numerator") / pl.col("denominator")', Count: 'pl.col("numerator")'}.get(type(each))
    if value:
        lines.append(f"counted = counted.with_columns(value={value})")
    if isinstance(each, Duration) and each.ended is not None:
        lines += _followed(each, each.ended, basis, language, keys)
    for group in (group for group in by if group not in GRAINS):
        lines += _named(group, language)
    if by:
        return [*lines, "with pl.Config(tbl_rows=-1):", "    print(counted)"]
    return [*lines, "print(counted)"]


def _followed(each: Duration, ended: Predicate, basis: Basis, language: str, keys: str) -> list[str]:
    """The quantile of waits some of which still run, from the share that waits longer than each number of days.

    Args:
        keys: columns of the groups as arguments; "" for the whole.
    """
    goal = f"{1 - each.quantile:.2f}"
    rest = "曲线停在该处" if language == "zh" else "the curve rests there"
    comment = (
        "尚未到的按已等天数计入（Kaplan–Meier）"
        if language == "zh"
        else "waits that still run count so far (Kaplan–Meier)"
    )
    first, over = (f"{keys}, ", f".over({keys})") if keys else ("", "")
    return [
        f"# {comment}",
        *_call("waits = rows.filter(belongs).select", f"{first}seconds={_seen(written(each.seconds(basis)), basis)}, "
               f"ended={_seen(written(ended(basis)), basis)}"),
        f'waits = waits.group_by({first}"seconds").agg(pl.len().alias("rows"), pl.col("ended").sum()).sort("seconds")',
        f'at_risk = (pl.col("rows").sum() - pl.col("rows").cum_sum() + pl.col("rows")){over}',
        'waits = waits.with_columns(gone=pl.col("ended") / at_risk)',
        f'waits = waits.with_columns(remaining=(1 - pl.col("gone")).cum_prod(){over})',
        f"curves = waits.group_by({keys}).agg(" if keys else "curves = waits.select(",
        f'    reached=pl.col("seconds").filter(pl.col("remaining") < {goal} + {NEARLY}).first(),',
        f'    passed=pl.col("seconds").filter(pl.col("remaining") < {goal} - {NEARLY}).first(),',
        ")",
        f'passed = pl.coalesce("passed", "reached")  # {rest}',
        f'curves = curves.with_columns(value=(pl.col("reached") + passed) / 2 / {SECONDS_A_DAY})',
        *(
            [
                f'counted = counted.join(curves, on=[{keys}], how="left", nulls_equal=True, maintain_order="left")',
                'counted = counted.drop("reached", "passed")',
            ]
            if keys
            else ['counted = counted.with_columns(curves["value"])']
        ),
    ]  # fmt: skip
