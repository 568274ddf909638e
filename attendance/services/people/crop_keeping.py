"""Whether the aligned photographs of an enrolment are kept."""

from __future__ import annotations

from attendance.core.ports.settings import KEEP_CROPS_SETTING, SettingsStore


class CropKeeping:
    """The choice of the admin window; where none was made, the settings file's.

    Args:
        settings: of the site.
        default: what the settings file says.
    """

    def __init__(self, settings: SettingsStore, *, default: bool) -> None:
        self._settings = settings
        self._default = default

    def is_on(self) -> bool:
        """Return whether crops are kept from now on.

        Raises:
            StorageError: the database failed.
        """
        return self._settings.get(KEEP_CROPS_SETTING, _text(self._default)) == _text(True)

    def choose(self, is_on: bool) -> None:
        """Keep crops from now on, or do not; what is there already stays.

        Raises:
            StorageError: the database failed.
        """
        self._settings.set(KEEP_CROPS_SETTING, _text(is_on))


def _text(is_on: bool) -> str:
    return "1" if is_on else "0"
