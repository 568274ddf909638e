"""Which fonts the windows are drawn in, and whose name they cannot write."""

from __future__ import annotations

from collections.abc import Iterator

from attendance.composition.application import Application
from attendance.core.plain_words import counted
from attendance.diagnostics.finding import Finding, Level

_SHOWN_PEOPLE = 5


def examine_fonts(application: Application) -> Iterator[Finding]:
    """Look at the program's own fonts and at the names of the roster.

    Args:
        application: data folder to look at; its database is read when there is one.
    """
    try:
        from attendance.ui import fonts, theme
        from attendance.windows.qt import qt_application
    except ImportError:
        return  # the check of the windows says it
    qt_application()
    unusable = fonts.unusable_files()
    if unusable:
        yield Finding(
            "fonts",
            Level.WARNING,
            f"Font files of the program are missing or damaged: {', '.join(unusable)}.",
            "Install the program again; texts may be cut until then.",
        )
    else:
        yield Finding("fonts", Level.OK, f"Windows use {fonts.LATIN} and {fonts.CHINESE}; both are there.")
    if not application.paths.database.exists():
        return
    font = theme.font(theme.ADMIN_BODY)
    lacking = {
        person.code: characters
        for person in application.storage.roster.list_people(include_inactive=False)
        if (characters := fonts.unwritable(person.name, font))
    }
    if lacking:
        shown = ", ".join(f"{code} ({characters})" for code, characters in list(lacking.items())[:_SHOWN_PEOPLE])
        more = " ..." if len(lacking) > _SHOWN_PEOPLE else ""
        yield Finding(
            "fonts",
            Level.WARNING,
            f"No font of this computer can write the names of {counted(len(lacking), 'person', 'people')}: "
            f"{shown}{more}.",
            "Install a font for their script; on Debian and Ubuntu fonts-noto-core and fonts-noto-cjk have most.",
        )
