"""What Ctrl+C does to a command: one sentence and the exit code that shells know, never a traceback."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from attendance.terminal import say_lines

EXIT_STOPPED = 130
"""What a shell answers for Ctrl+C (128 and the number of SIGINT): a script does not go on as if all were done."""


class InterruptibleGroup(TyperGroup):
    """The commands of a program; those that save what they have so far on Ctrl+C say so themselves."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was given; whatever it was writing is made beside the old file, which stays."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            say_lines("\nStopped. Nothing is half-written; the same command can be given again.", err=True)
            raise typer.Exit(EXIT_STOPPED) from None
