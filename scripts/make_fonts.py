"""Makes resources/fonts from Debian's font packages: the characters an office needs, under names of their own.

    python scripts/make_fonts.py [--packages FOLDER]

Downloads the packages of SOURCES with apt-get (Debian 12 or a system with its sources), or takes the .deb files of
FOLDER. Needs fonttools and dpkg-deb. The result depends on the packages and on fonttools alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset, version
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "resources" / "fonts"
LATIN_FAMILY, CHINESE_FAMILY, RARE_FAMILY = "Attendance Sans", "Attendance Sans SC", "Attendance Sans SC Rare"
"""Names of their own: a changed font must not pass for the original, nor an installed original for ours."""
_LATIN_FEATURES = ("kern", "mark", "mkmk", "ccmp", "locl", "tnum", "calt", "case")
# Not locl: it would bring the Japanese and Korean forms of every character, twice the size.
_CHINESE_FEATURES = ("kern", "mark", "mkmk", "ccmp")
# Latin with Vietnamese, Greek, Cyrillic, punctuation, currency, letter-like signs, arrows, mathematical operators,
# technical signs, geometric shapes.
_LATIN_RANGES = (
    (0x0020, 0x052F), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x20BF), (0x2100, 0x214F),
    (0x2190, 0x22FF), (0x2300, 0x23FF), (0x25A0, 0x25FF), (0xFB00, 0xFB06), (0xFFFD, 0xFFFD),
)  # fmt: skip
# Punctuation, kana, Bopomofo, circled numbers, full-width forms.
_CHINESE_RANGES = ((0x2460, 0x24FF), (0x3000, 0x312F), (0x3200, 0x33FF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF))


@dataclass(frozen=True, slots=True)
class Source:
    """One font file of a Debian package.

    Attributes:
        number: which font of a collection, None for a plain file.
    """

    package: str
    path: str
    number: int | None
    family: str
    style: str
    weight: int
    codecs: tuple[str, ...]

    @property
    def name(self) -> str:
        """File name of the result."""
        return f"{self.family.replace(' ', '')}-{self.style}.otf"


_INTER = "usr/share/fonts/opentype/inter/Inter-{}.otf"
_NOTO = "usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc"
_SC = 2
SOURCES = (
    Source("fonts-inter", _INTER.format("Regular"), None, LATIN_FAMILY, "Regular", 400, ()),
    Source("fonts-inter", _INTER.format("SemiBold"), None, LATIN_FAMILY, "SemiBold", 600, ()),
    Source("fonts-inter", _INTER.format("Bold"), None, LATIN_FAMILY, "Bold", 700, ()),
    # Every character of GBK, which holds those of names, and the common ones of Taiwan and Hong Kong.
    Source("fonts-noto-cjk", _NOTO.format("Regular"), _SC, CHINESE_FAMILY, "Regular", 400, ("gbk", "big5")),
    Source("fonts-noto-cjk", _NOTO.format("Bold"), _SC, CHINESE_FAMILY, "Bold", 700, ("gb2312",)),
)


def characters(source: Source) -> set[int]:
    """Return the code points that a result holds, as far as its source has them."""
    if not source.codecs:
        return {code for first, last in _LATIN_RANGES for code in range(first, last + 1)}
    found = {code for first, last in _CHINESE_RANGES for code in range(first, last + 1)}
    for codec in source.codecs:
        found.update(code for code in range(0x3400, 0xFAFF) if _is_in(codec, chr(code)))
    return found


def _is_in(codec: str, character: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def make(source: Source, unpacked: Path, target: Path, metrics: TTFont | None) -> TTFont:
    """Write one result.

    Args:
        source: what it is made of.
        unpacked: folder with the files of the package.
        target: the file.
        metrics: font whose line height the result takes, None keeps its own.
    """
    features = _CHINESE_FEATURES if source.codecs else _LATIN_FEATURES
    options = subset.Options(layout_features=list(features), name_IDs=[0, 13, 14], notdef_outline=True, hinting=False)
    options.font_number = source.number if source.number is not None else -1
    font = subset.load_font(str(unpacked / source.path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters(source))
    subsetter.subset(font)
    _rename(font, source)
    if metrics is not None:
        _take_line_height(font, metrics)
    # The date of making must not change the file.
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(str(target), reorderTables=True)
    return font


def _rename(font: TTFont, source: Source) -> None:
    names = font["name"]
    # The regular Chinese file has a second family name: rare characters of bold text, which the bold file lacks, are
    # found under it and drawn bold by Qt.
    is_rare = source.family == CHINESE_FAMILY and source.style == "Regular"
    is_plain = source.style in {"Regular", "Bold"} and not is_rare
    own = RARE_FAMILY if is_rare else f"{source.family} {source.style}"
    texts = {
        1: source.family if is_plain else own,
        2: source.style if is_plain else "Regular",
        4: f"{source.family} {source.style}",
        6: source.name.removesuffix(".otf"),
    }
    if not is_plain:
        # Qt lists a second family name only when its style has another name too.
        texts |= {16: source.family, 17: "Normal" if is_rare else source.style}
    for number, text in texts.items():
        names.setName(text, number, 3, 1, 0x409)
    names.names = [record for record in names.names if record.platformID == 3]
    font["OS/2"].usWeightClass = source.weight
    cff = font["CFF "].cff
    cff.fontNames = [texts[6]]
    top = cff.topDictIndex[0]
    top.FamilyName, top.FullName, top.Weight = source.family, texts[4], source.style


def _take_line_height(font: TTFont, other: TTFont) -> None:
    """Give lines of both scripts one height: a window must not change its layout with the language."""
    scale = font["head"].unitsPerEm / other["head"].unitsPerEm
    for table, names in (
        ("hhea", ("ascent", "descent", "lineGap")),
        ("OS/2", ("sTypoAscender", "sTypoDescender", "sTypoLineGap", "usWinAscent", "usWinDescent")),
    ):
        for name in names:
            setattr(font[table], name, round(getattr(other[table], name) * scale))


def sha256(path: Path) -> str:
    """Return the checksum of a file, hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def packages(folder: Path | None, work: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and .deb file of each package, downloaded when no folder is given."""
    names = sorted({source.package for source in SOURCES})
    if folder is None:
        subprocess.run(["apt-get", "-qq", "download", *names], cwd=work, check=True)
        folder = work
    for name in names:
        yield name, next(iter(sorted(folder.glob(f"{name}_*.deb"))))


def main(arguments: Sequence[str] | None = None) -> int:
    """Make all fonts, their licences and their manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, help="folder with the .deb files instead of a download")
    given = parser.parse_args(arguments)
    TARGET.mkdir(parents=True, exist_ok=True)
    manifest: dict[str, object] = {"made_with": f"fonttools {version}", "packages": {}, "fonts": {}}
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        found = dict(packages(given.packages and given.packages.resolve(), work))
        for package, archive in found.items():
            unpacked = work / package
            subprocess.run(["dpkg-deb", "-x", str(archive), str(unpacked)], check=True)
            release = subprocess.run(
                ["dpkg-deb", "-f", str(archive), "Version"], check=True, capture_output=True, text=True
            ).stdout.strip()
            licence = TARGET / f"{package}-copyright.txt"
            licence.write_bytes((unpacked / "usr/share/doc" / package / "copyright").read_bytes())
            manifest["packages"][package] = {  # type: ignore[index]
                "version": release,
                "sha256": sha256(archive),
                "licence": "OFL-1.1",
                "licence_file": licence.name,
            }
        latin: TTFont | None = None
        for source in SOURCES:
            target = TARGET / source.name
            is_latin = source.family == LATIN_FAMILY
            font = make(source, work / source.package, target, None if is_latin else latin)
            latin = latin or font
            manifest["fonts"][source.name] = {  # type: ignore[index]
                "family": source.family,
                "package": source.package,
                "source": source.path,
                "source_sha256": sha256(work / source.package / source.path),
                "characters": len(font.getBestCmap()),
                "sha256": sha256(target),
            }
            print(f"{source.name:32}{len(font.getBestCmap()):7} characters {target.stat().st_size / 1e6:6.2f} MB")
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
