"""Words about model packs."""

from __future__ import annotations

from attendance.core.types import LicenceUse, ProviderReport
from attendance.ui.admin.parts.words import translate


def use_text(use: LicenceUse) -> str:
    """Return what a company may do with a pack."""
    return {
        LicenceUse.ALLOWED: translate("admin", "Allowed"),
        LicenceUse.DATA_NOT_DOCUMENTED: translate("admin", "Allowed; training data not documented"),
        LicenceUse.RESEARCH_ONLY: translate("admin", "Not allowed: research only"),
    }[use]


def device_text(report: ProviderReport) -> str:
    """Return on what a pack runs, in words."""
    return translate("admin", "Graphics card (GPU)") if report.is_gpu else translate("admin", "Processor (CPU)")
