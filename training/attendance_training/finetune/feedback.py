"""What a fine-tuning tells while it runs, for people or for another program, and where it can be cancelled."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attendance.core.training_gate import Outcome
from attendance.errors import Reason

Line = Callable[[str], object]
_STEP_GAP_S = 0.1
"""Between two steps that are told; the adapter makes hundreds a second."""


class Cancelled(Exception):
    """The run was to end; nothing was written."""


class Feedback:
    """Takes what happens. This one tells nothing; every call is a place where a run can be cancelled.

    Args:
        check: raises ``Cancelled`` when the run is to end.
        commit: likewise; once it returned, the run can no longer be cancelled.
    """

    def __init__(
        self, *, check: Callable[[], object] = lambda: None, commit: Callable[[], object] = lambda: None
    ) -> None:
        self._check, self._commit = check, commit

    def check(self) -> None:
        """Raise ``Cancelled`` when the run is to end."""
        self._check()

    def commit(self) -> None:
        """Call right before something is written that stays; raises ``Cancelled`` when the run is to end."""
        self._commit()

    def phase(self, name: str) -> None:
        """Take what begins: read, check, train, measure or export."""
        self.check()

    def say(self, text: str) -> None:
        """Take a line of the outcome."""
        self.check()

    def progress(self, text: str) -> None:
        """Take a line about what is going on."""
        self.check()

    def step(self, step: int, steps: int, loss: float) -> None:
        """Take a step of ``steps`` at most, and its loss."""
        self.check()

    def validated(self, step: int, validation: float) -> None:
        """Take the TAR (0..1) of the validation's people after a step; nan when they have no pair."""
        self.check()

    def done(self, *, outcome: Outcome, folder: Path | None, table: Sequence[Mapping[str, object]]) -> None:
        """Take the outcome; see ``report.table_rows``."""

    def error(self, sentence: Reason, hint: Reason) -> None:
        """Take why the run could not be done."""


class TextFeedback(Feedback):
    """Tells people.

    Args:
        out: takes lines of the outcome.
        err: takes lines about what is going on, and errors.
    """

    def __init__(self, *, out: Line, err: Line) -> None:
        super().__init__()
        self._out, self._err = out, err

    def say(self, text: str) -> None:
        """Tell it."""
        self._out(text)

    def progress(self, text: str) -> None:
        """Tell it."""
        self._err(text)

    def validated(self, step: int, validation: float) -> None:
        """Tell it."""
        self._err(f"step {step}: TAR of the validation's people {100 * validation:.1f} %")

    def error(self, sentence: Reason, hint: Reason) -> None:
        """Tell it."""
        self._err(f"{sentence}\n{hint}")


class JsonFeedback(Feedback):
    """Tells another program: one JSON object a line; lines for people go elsewhere.

    Args:
        out: takes one line and hands it on at once.
        err: takes lines for people.
        check: as for ``Feedback``.
        commit: likewise.
        clock: seconds.
    """

    def __init__(
        self,
        *,
        out: Line,
        err: Line,
        check: Callable[[], object],
        commit: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(check=check, commit=commit)
        self._out, self._err, self._clock = out, err, clock
        self._last_step = -math.inf

    def phase(self, name: str) -> None:
        """Tell it."""
        super().phase(name)
        self._tell("phase", name=name)

    def say(self, text: str) -> None:
        """Hand it on to people."""
        super().say(text)
        self._err(text)

    def progress(self, text: str) -> None:
        """Hand it on to people."""
        super().progress(text)
        self._err(text)

    def step(self, step: int, steps: int, loss: float) -> None:
        """Tell it, but for steps that follow too fast."""
        super().step(step, steps, loss)
        if step == steps or self._clock() >= self._last_step + _STEP_GAP_S:
            self._last_step = self._clock()
            self._tell("step", step=step, steps=steps, loss=_number(loss))

    def validated(self, step: int, validation: float) -> None:
        """Tell it."""
        super().validated(step, validation)
        self._tell("validation", step=step, validation=_number(validation))

    def done(self, *, outcome: Outcome, folder: Path | None, table: Sequence[Mapping[str, object]]) -> None:
        """Tell it."""
        self._tell("done", outcome=outcome.value, folder=None if folder is None else str(folder), table=list(table))

    def error(self, sentence: Reason, hint: Reason) -> None:
        """Tell it."""
        self._tell("error", sentence=sentence.as_data(), hint=hint.as_data())

    def _tell(self, event: str, **facts: object) -> None:
        try:
            self._out(json.dumps({"event": event, **facts}))
        except BrokenPipeError as err:
            raise Cancelled from err  # whoever listened is gone


def _number(value: float) -> float | None:
    """Return a number that JSON has; it knows no nan."""
    return value if math.isfinite(value) else None
