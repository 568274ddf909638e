"""Words about model packs."""

from __future__ import annotations

from attendance.core.types import LicenceUse
from attendance.ui.admin.parts.words import translate


def use_text(use: LicenceUse) -> str:
    """Return what a company may do with a pack."""
    return {
        LicenceUse.ALLOWED: translate("admin", "Allowed"),
        LicenceUse.DATA_NOT_DOCUMENTED: translate("admin", "Allowed; training data not documented"),
        LicenceUse.RESEARCH_ONLY: translate("admin", "Not allowed: research only"),
    }[use]
