"""Run every test on two workers, a file at a time; one of them takes all that needs the browser.

Ends with every skipped test and its reason, and one line with the numbers. Further arguments go to pytest.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

POOL = (
    "-n",
    "2",
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
)  # in their order: the browser early, short files last
IN_MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # bytes; a run leaves much less there


def main(arguments: list[str]) -> int:
    """Run them; 0 when all went well."""
    root = Path(__file__).parents[1]
    # a fixed text width in captured output; two workers share two cores, so the counting of each has one thread
    environment = os.environ | {"COLUMNS": "120", "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or each worker, command and server compiles everything again
    with tempfile.TemporaryDirectory(prefix="huiyin-tests-", dir=memory()) as folder:
        Path(folder).chmod(0o711)  # the private server runs as another user and has its folder in here
        environment["TMPDIR"] = folder
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-r", "fE", *POOL, f"--junitxml={report}", *arguments]
        code = subprocess.run(command, cwd=root, env=environment, check=False).returncode
        if code < 0:
            print(f"The run was ended by signal {-code}; the numbers below are not those of every test.")
        results = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    print(summary(results), flush=True)
    return code


def memory() -> Path | None:
    """Where tens of thousands of small files cost little; None for the usual place, where there is no such room."""
    there = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM
    return IN_MEMORY if there else None


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
