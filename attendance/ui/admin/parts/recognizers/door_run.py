"""What is done on the way of a new model to the door: one thing at a time, whichever page began it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from attendance.errors import Reason
from attendance.ui.admin.parts.jobs import Jobs

if TYPE_CHECKING:
    from attendance.services.recognizers.go_live import GoLive, GoLiveState

Progress = Callable[[int, int], None]
WATCH_MS = 10_000
"""Between two readings of what the kiosks found."""


class Doing(StrEnum):
    """What is going on."""

    PREPARE = "prepare"
    CHECK = "check"
    SWITCH = "switch"
    DISCARD = "discard"


class DoorRun(QObject):
    """The recognizers' parts as they were last read, and the work that changes them.

    Both pages show the same run, so that what one of them began is seen, and stopped, on the other too.

    Args:
        go_live: does the work.
        jobs: where it is done.

    Signals:
        changed: parts, work or hindrances changed.
        ended: a work ended, well or not; lists of packs may be old.
        switched: name of the pack that is in use now.
    """

    changed = Signal()
    ended = Signal()
    switched = Signal(str)

    def __init__(self, go_live: GoLive, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._go_live, self._jobs = go_live, jobs
        self._hindrances: dict[str, Callable[[], str]] = {}
        self._reading_error: Exception | None = None
        self._working_error: Exception | None = None
        self.state: GoLiveState | None = None
        self.doing: Doing | None = None
        self.name = ""
        self.progress = (0, 0)
        self.watching = QTimer(self)
        self.watching.setInterval(WATCH_MS)
        self.watching.timeout.connect(self.refresh)

    @property
    def is_busy(self) -> bool:
        """True while a pack is prepared, switched or discarded."""
        return self.doing is not None

    @property
    def error(self) -> Exception | None:
        """What failed: the last work, or the last reading."""
        return self._working_error or self._reading_error

    @property
    def hindrance(self) -> str:
        """Why nothing can be begun now although nothing of this run is going on; "" when it can."""
        return next((say() for say in self._hindrances.values()), "")

    @property
    def is_free(self) -> bool:
        """True when something can be begun."""
        return not self.is_busy and not self._hindrances

    def hinder(self, owner: str, sentence: Callable[[], str] | None) -> None:
        """Let other work come first, because a switch would end it.

        Args:
            owner: whose work it is.
            sentence: returns what is waited for; None when that has ended.
        """
        is_other = (owner in self._hindrances) == (sentence is None)
        if sentence is None:
            self._hindrances.pop(owner, None)
        else:
            self._hindrances[owner] = sentence
        if is_other:
            self.changed.emit()

    # --- reading -------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Ask which recognizer plays which part; the answer of the work going on comes with its end."""
        if not self.is_busy:
            self._jobs.submit(self._go_live.state, self._on_state, self._on_unreadable)

    def watch(self) -> None:
        """Read now, and again and again: a page that shows it came to the front."""
        self.refresh()
        self.watching.start()

    def unwatch(self) -> None:
        """Read no more: the page has left the front."""
        self.watching.stop()

    def _on_state(self, state: GoLiveState) -> None:
        self.state, self._reading_error = state, None
        self.changed.emit()

    def _on_unreadable(self, error: Exception) -> None:
        self._reading_error = error
        self.changed.emit()

    # --- working -------------------------------------------------------------------------------------

    def prepare(self, pack_id: str) -> None:
        """Prepare an installed pack, so that kiosks compare it."""
        self.begin(Doing.PREPARE, lambda progress: self._go_live.prepare(pack_id, progress), name=pack_id)

    def check(self, done: Callable[[tuple[Reason, ...]], None]) -> None:
        """Look at the candidate with the site's own photographs, before it is put in use.

        Args:
            done: takes what speaks against it.
        """
        state = self.state
        if state is not None and state.candidate is not None:
            self.begin(Doing.CHECK, lambda _progress: self._go_live.objections(), done, name=state.candidate)

    def promote(self, overruled: tuple[Reason, ...]) -> None:
        """Put the candidate in use.

        Args:
            overruled: what speaks against it. It was named in the question before, and so was whom it does not know.
        """
        state = self.state
        if state is None or state.candidate is None:
            return
        force, name = bool(state.would_be_unknown or overruled), state.candidate
        self.begin(
            Doing.SWITCH,
            lambda progress: self._go_live.promote(force=force, progress=progress),
            lambda _outcome: self.switched.emit(name),
        )

    def roll_back(self) -> None:
        """Put the recognizer in use that was so before."""
        self.begin(Doing.SWITCH, lambda _progress: self._go_live.rollback(), self.switched.emit)

    def discard(self) -> None:
        """Forget the candidate."""
        self.begin(Doing.DISCARD, lambda _progress: self._go_live.discard())

    @Slot()
    def cancel(self) -> None:
        """End a preparation with the batch in work; it can be gone on with."""
        self._go_live.cancel()

    def begin(
        self,
        doing: Doing,
        work: Callable[[Progress], Any],
        done: Callable[[Any], None] = lambda _answer: None,
        *,
        name: str = "",
    ) -> None:
        """Do something in a worker; nothing happens while something else is going on.

        Args:
            doing: what it is called meanwhile.
            work: takes where to tell its progress; called in a worker thread.
            done: takes its answer, in the window's thread.
            name: of the pack, "" while it has none.
        """
        if not self.is_free:
            return
        self.doing, self.name, self.progress, self._working_error = doing, name, (0, 0), None
        self.changed.emit()

        def finish(answer: object) -> None:
            self._end()
            done(answer)

        self._jobs.submit(lambda: work(self._note), finish, self._on_failed)

    def _note(self, done: int, total: int) -> None:
        """Take progress in a worker thread; whoever shows it looks now and then."""
        self.progress = (done, total)

    def _end(self) -> None:
        self.doing = None
        self.changed.emit()
        self.refresh()
        self.ended.emit()

    def _on_failed(self, error: Exception) -> None:
        self._working_error = error
        self._end()
