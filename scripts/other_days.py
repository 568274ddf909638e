"""Both README commands on other days: `make demo`, and the tests marked `knows_date`, under a changed clock and zone.

    python scripts/other_days.py [NAME ...]

Needs the development environment (`make setup-dev`) on Linux: everything is set up before the clock is changed, and the
monotonic clock stays real.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from variant_run import all_pass, commands, run

_COMMANDS = commands("knows_date")


@dataclass(frozen=True, slots=True)
class Day:
    """One day to try.

    Attributes:
        zone: IANA name, set as TZ.
        local: naive time at which the commands start.
        fold: 1 for the second of two equal times in autumn.
    """

    name: str
    zone: str
    local: datetime
    fold: int = 0

    def offset_s(self) -> int:
        """Return how far from now this day is, seconds."""
        at = self.local.replace(tzinfo=ZoneInfo(self.zone), fold=self.fold)
        return round(at.timestamp() - time.time())


DAYS = (
    Day("sunday", "America/New_York", datetime(2027, 2, 7, 12, 0)),  # noqa: DTZ001 - the zone stands beside it
    Day("leap-day", "Asia/Shanghai", datetime(2028, 2, 29, 12, 0)),  # noqa: DTZ001
    # The year ends while the demo runs.
    Day("new-year", "Pacific/Auckland", datetime(2026, 12, 31, 23, 59, 40)),  # noqa: DTZ001
    # The hour that is skipped, and the one that comes twice, begin while the demo runs.
    Day("spring-night", "Europe/Berlin", datetime(2027, 3, 28, 1, 59, 40)),  # noqa: DTZ001
    Day("autumn-night", "Europe/Berlin", datetime(2027, 10, 31, 2, 59, 40)),  # noqa: DTZ001
)


def changed_clock(day: Day) -> dict[str, str]:
    """Return the environment of a process that lives on this day.

    Raises:
        ModuleNotFoundError: the development environment lacks libfaketime.
    """
    spec = find_spec("libfaketime")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("libfaketime is not installed: run `make setup-dev`")
    # The library of PyPI's package: that of Debian 12 (0.9.10) lets time.sleep fail when the monotonic clock is real.
    library = Path(spec.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    return {
        **os.environ,
        "TZ": day.zone,
        "QT_QPA_PLATFORM": "offscreen",
        "LD_PRELOAD": str(library),
        # A distance, not a time: every process of a run sees the same clock.
        "FAKETIME": f"{day.offset_s():+d}",
        "DONT_FAKE_MONOTONIC": "1",
    }


def _passes(day: Day) -> bool:
    label = f"{day.name:14}{day.zone:20}{day.local} "
    # The distance is worked out when the turn has come: the clock goes on meanwhile.
    return all([run(label, what, command, lambda: changed_clock(day)) for what, command in _COMMANDS.items()])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything on every day asked for; 1 when something failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("days", nargs="*", metavar="NAME", help=f"of {', '.join(day.name for day in DAYS)}")
    wanted = set(parser.parse_args(arguments).days)
    if unknown := wanted - {day.name for day in DAYS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    days = [day for day in DAYS if not wanted or day.name in wanted]
    return 0 if all_pass(days, _passes) else 1


if __name__ == "__main__":
    sys.exit(main())
