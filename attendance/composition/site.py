"""What every scope may ask about the site: its clock and its time zone."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attendance.core.ports.clock import Clock
from attendance.errors import Reason
from attendance.errors.settings import ConfigError, ZoneNotNamed
from attendance.local_zone import LocalZone, local_zone


class Site:
    """Clock and zone.

    Args:
        clock: the computer's, or one of a test or a replay.
        zone_name: of the settings; "" for the computer's own.
        config: file of the settings, for error texts.
    """

    def __init__(self, clock: Clock, zone_name: str, config: Path) -> None:
        self.clock = clock
        self._zone_name = zone_name
        self._config = config

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's zone.

        Raises:
            ConfigError: the settings name an unknown zone.
        """
        if not self._zone_name:
            return self._local_zone.zone
        try:
            return ZoneInfo(self._zone_name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as err:
            reason = Reason("{name} is not a known time zone", name=repr(self._zone_name))
            raise ConfigError(path=self._config, key="attendance.zone", reason=reason) from err

    @cached_property
    def _local_zone(self) -> LocalZone:
        return local_zone()

    @property
    def zone_trouble(self) -> ZoneNotNamed | None:
        """What is to be said as long as the site's zone is a guess, None when it is known by name."""
        if self._zone_name or self._local_zone.is_named:
            return None
        return ZoneNotNamed(zone=self._local_zone.zone.key)
