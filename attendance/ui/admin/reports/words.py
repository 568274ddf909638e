"""What the window calls reports and payroll programs."""

from __future__ import annotations

from attendance.ui.admin.parts.words import translate


def kind_word(name: str) -> str:
    """Return a kind of report in words."""
    return {
        "events": translate("admin", "Check-ins"),
        "daily": translate("admin", "Daily hours"),
        "monthly": translate("admin", "Month at a glance"),
        "payroll": translate("admin", "Payroll"),
        "late": translate("admin", "Late and early"),
        "incomplete": translate("admin", "Incomplete days"),
        "corrections": translate("admin", "Corrections"),
    }[name]


def preset_word(name: str) -> str:
    """Return a preset in words; the name of a program is the same everywhere."""
    return {
        "generic": translate("admin", "Any program"),
        "datev": "DATEV",
        "adp": "ADP",
        "frappe": "Frappe HR",
    }[name]
