"""A stand-in for ``attendance-train finetune --progress-json``: MODE NOTES OPTIONS...

What it was given goes to the file NOTES, written whole before anything is said.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path


def reason(template: str, **values: object) -> dict[str, object]:
    """As ``attendance.errors.Reason.as_data`` describes one; this process imports nothing of the application."""
    return {"template": template, "values": values}


def row(check: dict[str, object], about: str, before: str, after: str) -> dict[str, object]:
    """Return a check that holds."""
    return {"check": check, "about": reason(about), "before": before, "after": after, "verdict": "holds", "why": None}


TABLE: list[dict[str, object]] = [
    row(
        reason("training: best step for the validation's people"),
        "Whether the training found anything that also helps people it did not see.",
        "0",
        "120",
    ),
    row(
        reason("strangers given a name at the door"),
        "Photographs of outsiders that would get a colleague's name at your door.",
        "0.41 %",
        "0.41 %",
    ),
    row(
        reason("gain: the staff's photographs, not trained on, at the same rate of strangers"),
        "Whether more photographs of your people are recognised, with as many outsiders refused as before.",
        "95.80 %",
        "97.40 %",
    ),
    row(
        reason("staff not trained on, at the same rate of strangers"),
        "Whether colleagues whom the training did not see, such as those enrolled later, are recognised as before.",
        "94.30 %",
        "94.90 %",
    ),
    row(
        reason("staff named rightly at the door"),
        "Photographs of your people that get the right name at your door, as it decides today.",
        "97.00 %",
        "98.20 %",
    ),
    row(
        reason("staff taken for a colleague, everybody"),
        "Photographs of one colleague that would be booked for another.",
        "0.00 %",
        "0.00 %",
    ),
    row(
        reason("each person's photographs, everybody"),
        "Whether any single person would be recognised less than before.",
        "96.90 %",
        "98.00 %",
    ),
    row(
        reason("general set: TAR at FAR {far}", far="0.001"),
        "Whether the model still tells people apart who are not of your company.",
        "97.31 %",
        "97.28 %",
    ),
]
GAIN, PEOPLE = 2, 6
"""Places in the table."""


def tell(event: str, **facts: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def curves(steps: int = 400) -> None:
    for name in ("read", "check", "train"):
        tell("phase", name=name)
    for step in range(1, steps + 1, 4):
        wave = ((step * 7919) % 97) / 970
        tell("step", step=step, steps=steps, loss=0.35 + 5.2 * 0.985**step + wave)
        if step % 20 == 1:
            tell("validation", step=step, validation=0.962 - 0.05 * 0.98**step + wave / 100)
    tell("validation", step=steps, validation=None)


def wait_for_cancel(notes: str) -> None:
    threading.Thread(target=lambda: (time.sleep(60), os._exit(99)), daemon=True).start()
    for line in sys.stdin:
        if line.strip() == "cancel":
            break
    Path(notes + ".ended").touch()
    sys.exit(130)


def end(outcome: str, code: int, verdict: str, place: int, why: dict[str, object]) -> None:
    """Say that one check does not hold, and go."""
    table = [dict(one) for one in TABLE]
    table[place].update(verdict=verdict, why=why)
    tell("done", outcome=outcome, folder=None, table=table)
    sys.exit(code)


def main() -> None:
    mode, notes, *options = sys.argv[1:]
    given = dict(zip(options[::2], options[1::2], strict=False))
    facts = {"options": options, "pid": os.getpid(), "group": os.getpgid(0), "nice": os.nice(0)}
    Path(notes + ".part").write_text(json.dumps(facts), encoding="utf-8")
    Path(notes + ".part").replace(notes)
    if mode == "crash":
        sys.stderr.write("reading\nSegmentation fault, as it were\n")
        tell("phase", name="read")
        sys.exit(11)
    if mode == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if mode == "garbage":
        sys.stdout.write("Traceback: this is not JSON\n[1, 2]\n")
        sys.exit(0)
    if mode == "error":
        faces = given["--faces"]
        sentence = reason("{path} cannot be used for training: {reason}", path=faces, reason=reason("too blurred"))
        tell("error", sentence=sentence, hint=reason("Take sharper ones."))
        sys.exit(1)
    if mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        tell("phase", name="train")
        time.sleep(60)
    curves()
    if mode == "wait":
        wait_for_cancel(notes)
    tell("phase", name="measure")
    if mode == "refused":
        end("refused", 3, "harm", PEOPLE, reason("worse: {names}", names=["c3 Name 3 (100% → 33%)"]))
    if mode in {"held", "muddled"}:
        end("held", 4 if mode == "held" else 0, "unknown", GAIN, reason("no gain is shown: it may be chance"))
    output = Path(given["--output"])
    if mode != "liar":
        tell("phase", name="export")
        output.mkdir()
        (output / "manifest.json").write_text("{}", encoding="utf-8")
    tell("done", outcome="promoted", folder=str(output), table=TABLE)


if __name__ == "__main__":
    main()
