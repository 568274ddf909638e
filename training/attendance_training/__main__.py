"""``python -m attendance_training`` is ``attendance-train``."""

from __future__ import annotations

from attendance_training.cli import main

if __name__ == "__main__":
    main()
