"""The tests that draw or measure text, on computers with other fonts; with --demo the demo too.

    python scripts/font_sets.py [--demo] [NAME ...]

Each set is a fontconfig configuration of its own that sees only the fonts named. Sets whose fonts are not installed are
left out, or fail when the environment has REQUIRE_FONT_SETS=1. Needs the development environment (`make setup-dev`).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from variant_run import all_pass, commands, run

_FONTS = Path("/usr/share/fonts")
_COMMANDS = commands("knows_fonts")


@dataclass(frozen=True, slots=True)
class FontSet:
    """Fonts of one computer.

    Attributes:
        folders: below /usr/share/fonts, as Debian's packages fill them.
        packages: what brings them.
    """

    name: str
    folders: tuple[str, ...]
    packages: str

    @property
    def is_installed(self) -> bool:
        """True when every folder is there."""
        return all((_FONTS / folder).is_dir() for folder in self.folders)


_DEJAVU, _WENQUANYI, _NOTO = "truetype/dejavu", "truetype/wqy", "opentype/noto"
SETS = (
    FontSet("none", (), ""),
    FontSet("dejavu", (_DEJAVU,), "fonts-dejavu-core"),
    FontSet("wenquanyi", (_WENQUANYI,), "fonts-wqy-microhei"),
    FontSet("noto-cjk", (_NOTO,), "fonts-noto-cjk"),
    FontSet("all", (_DEJAVU, _WENQUANYI, _NOTO), "fonts-dejavu-core fonts-wqy-microhei fonts-noto-cjk"),
)


def configuration(fonts: FontSet, folder: Path) -> Path:
    """Write the fontconfig file of a set and return it."""
    lines = [
        '<?xml version="1.0"?>',
        '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
        "<fontconfig>",
        *(f"  <dir>{_FONTS / one}</dir>" for one in fonts.folders),
        f"  <cachedir>{folder / 'cache'}</cachedir>",
        "</fontconfig>",
    ]
    path = folder / "fonts.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _passes(fonts: FontSet, what: str) -> bool:
    with tempfile.TemporaryDirectory() as name:
        changed = {"FONTCONFIG_FILE": str(configuration(fonts, Path(name))), "QT_QPA_PLATFORM": "offscreen"}
        return run(f"{fonts.name:12}", what, _COMMANDS[what], lambda: {**os.environ, **changed})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything with every set asked for; 1 when something failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="NAME", help=f"of {', '.join(one.name for one in SETS)}")
    parser.add_argument("--demo", action="store_true", help="also run `make demo` with each set")
    given = parser.parse_args(arguments)
    wanted = set(given.sets)
    commands_asked = [name for name in _COMMANDS if given.demo or name != "demo"]
    if unknown := wanted - {one.name for one in SETS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    is_required = os.environ.get("REQUIRE_FONT_SETS") == "1"
    asked = [fonts for fonts in SETS if not wanted or fonts.name in wanted]
    ready = [fonts for fonts in asked if fonts.is_installed]
    for fonts in asked:
        if fonts not in ready:
            print(f"{fonts.name:12}{'FAILED' if is_required else 'left out'}: install {fonts.packages}", flush=True)
    passed = all_pass(ready, lambda fonts: all([_passes(fonts, what) for what in commands_asked]))
    return 0 if passed and (ready == asked or not is_required) else 1


if __name__ == "__main__":
    sys.exit(main())
