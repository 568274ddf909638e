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


TABLE: list[dict[str, object]] = [
    {
        "check": reason("training: best step for the validation's people"),
        "before": "0",
        "after": "120",
        "passed": True,
        "why": None,
    },
    {
        "check": reason("staff trained on, other photographs: TAR at FAR {far}", far="0.001"),
        "before": "96.20 %",
        "after": "98.10 %",
        "passed": True,
        "why": None,
    },
    {
        "check": reason("staff not trained on: TAR at FAR {far}", far="0.001"),
        "before": "94.30 %",
        "after": "94.90 %",
        "passed": True,
        "why": None,
    },
    {
        "check": reason("gain: TAR of the staff, trained on or not"),
        "before": "95.80 %",
        "after": "97.40 %",
        "passed": True,
        "why": None,
    },
    {"check": reason("strangers given a name"), "before": "0.41 %", "after": "0.41 %", "passed": True, "why": None},
    {
        "check": reason("photographs of staff named rightly"),
        "before": "97.00 %",
        "after": "98.20 %",
        "passed": True,
        "why": None,
    },
    {
        "check": reason("general set: TAR at FAR {far}", far="0.001"),
        "before": "97.31 %",
        "after": "97.28 %",
        "passed": True,
        "why": None,
    },
]


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


def rows(*failed: tuple[int, dict[str, object]]) -> list[dict[str, object]]:
    table: list[dict[str, object]] = [dict(row) for row in TABLE]
    for place, why in failed:
        table[place].update(passed=False, why=why)
    return table


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
        why = reason("{lost} of {count} photographs are refused that were accepted before", lost=3, count=62)
        tell("done", promoted=False, folder=None, table=rows((2, why)))
        sys.exit(3)
    if mode == "holds":
        why = reason("on people who were not trained on, no step was better than the pack as it is")
        tell("done", promoted=False, folder=None, table=rows((0, why)))
        sys.exit(3)
    output = Path(given["--output"])
    if mode != "liar":
        tell("phase", name="export")
        output.mkdir()
        (output / "manifest.json").write_text("{}", encoding="utf-8")
    table = rows()
    if mode == "equal":
        table[3].update(why=reason("holds: nothing was gained"), after=table[3]["before"])
    tell("done", promoted=True, folder=str(output), table=table)


if __name__ == "__main__":
    main()
