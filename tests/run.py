"""Run every test on two workers: those without a browser, then those with one, each worker with a server of its own.

Ends with every skipped test and its reason, and one line with the numbers of both parts. Further arguments go to
pytest.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

PARTS = (("-m", "not browser", "-n", "2", "--dist", "loadfile"), ("-m", "browser", "-n", "2", "--dist", "worksteal"))
NO_TESTS = 5  # pytest's exit code when a selection is empty


def main(arguments: list[str]) -> int:
    """Run both parts; 0 when all went well."""
    root = Path(__file__).parents[1]
    # a fixed text width in captured output; two workers share two cores, so the counting of each has one thread
    environment = os.environ | {"COLUMNS": "120", "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or each worker, command and server compiles everything again
    codes, results = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number, part in enumerate(PARTS):
            report = Path(folder, f"{number}.xml")
            command = [sys.executable, "-m", "pytest", "-q", "-r", "fE", *part, f"--junitxml={report}", *arguments]
            codes.append(subprocess.run(command, cwd=root, env=environment, check=False).returncode)
            if codes[-1] < 0:
                print(f"This part was ended by signal {-codes[-1]}; its tests are not among the numbers below.")
            results += list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    print(summary(results), flush=True)
    ran = [code for code in codes if code != NO_TESTS]
    return next((code for code in ran if code), 0) if ran else NO_TESTS


def summary(results: list[ElementTree.Element]) -> str:
    """Skipped tests by reason, and the closing line."""
    outcomes: Counter[str] = Counter()
    skipped: Counter[tuple[str, str]] = Counter()
    for result in results:
        kinds = {child.tag for child in result}
        if "skipped" in kinds:
            outcomes["skipped"] += 1
            reason = next(child for child in result if child.tag == "skipped").get("message", "no reason given")
            skipped[result.get("classname", ""), reason] += 1
        elif kinds & {"failure", "error"}:
            outcomes["failed"] += 1
        else:
            outcomes["passed"] += 1
    lines = [f"skipped: {count} in {where}: {reason}" for (where, reason), count in sorted(skipped.items())]
    lines.append(f"{outcomes['passed']} passed, {outcomes['failed']} failed, {outcomes['skipped']} skipped")
    return "\n".join(["", *lines])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
