"""Where one installation keeps its files."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from attendance.core.who import KIOSK

_LONGEST_ACCOUNT = 257
"""Characters with the end mark: UNLEN of Windows and one."""
HOME_VARIABLE = "ATTENDANCE_HOME"


@dataclass(frozen=True, slots=True)
class AppPaths:
    """Files and folders of one installation."""

    data_dir: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "attendance.db"

    @property
    def audit_head(self) -> Path:
        """Where the audit log ends, outside the database."""
        return self.data_dir / "audit-head.json"

    @property
    def reserve(self) -> Path:
        """Room on the disk for check-ins that the database refuses, and the record of them."""
        return self.data_dir / "attendance.reserve"

    @property
    def unsaved_elsewhere(self) -> tuple[Path, ...]:
        """Where that record goes when the disk of the data folder cannot be written at all."""
        from platformdirs import user_state_path

        name = f"unsaved-{hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:16]}"
        return user_state_path("attendance", appauthor=False) / name, Path(tempfile.gettempdir()) / f"attendance-{name}"

    @property
    def config(self) -> Path:
        """The settings file; may be absent."""
        return self.data_dir / "config.toml"

    @property
    def models(self) -> Path:
        """Installed model packs."""
        return self.data_dir / "models"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.data_dir / "logs"

    @property
    def training(self) -> Path:
        """Private folder of a training: faces while it runs, a promoted pack until it is installed."""
        return self.data_dir / "training"

    def lock(self, name: str) -> Path:
        """File that the one process holds that does this work."""
        return self.data_dir / f"{name}.lock"


def default_data_dir() -> Path:
    """Return the folder of ``ATTENDANCE_HOME``, else the platform's place for application data."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser()
    from platformdirs import user_data_path

    return user_data_path("attendance", appauthor=False)


def account_name() -> str:
    """Return the computer's account that runs this program, for the audit log.

    The system is asked and not the environment, which anybody may set to another name.
    """
    name = _name_of_account()
    return f"account {name}" if name.casefold() == KIOSK else name  # not to be taken for the door


def _name_of_account() -> str:
    if sys.platform == "win32":
        import ctypes

        size = ctypes.c_ulong(_LONGEST_ACCOUNT)
        buffer = ctypes.create_unicode_buffer(_LONGEST_ACCOUNT)
        is_known = ctypes.windll.advapi32.GetUserNameW(buffer, ctypes.byref(size))
        return buffer.value if is_known and buffer.value else "unknown"
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name or str(os.geteuid())
    except KeyError:  # an account without a name, as in some containers
        return f"uid {os.geteuid()}"
