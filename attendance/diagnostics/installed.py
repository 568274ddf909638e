"""The packages that are installed, and the questions that the checks ask about them."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

FAMILIES = ("onnxruntime", "opencv")
"""All builds of one of these share a folder: the one written last wins, and removing either breaks both."""
# These begin with the name of a family and live in folders of their own.
_NO_BUILDS = ("-extensions", "-genai")


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package.

    Attributes:
        name: as its authors write it.
        requires: its requirements in the words of its metadata, extras included.
        classifiers: its trove classifiers.
    """

    name: str
    version: str
    requires: Sequence[str] = ()
    classifiers: Sequence[str] = ()

    @property
    def key(self) -> str:
        """The one spelling of the name."""
        return canonicalize_name(self.name)

    def fits(self, requirement: Requirement) -> bool:
        """Return whether the version lies in the range; false for a version that nobody can order."""
        try:
            return requirement.specifier.contains(self.version, prereleases=True)
        except InvalidVersion:
            return False


@dataclass(frozen=True, slots=True)
class Environment:
    """The packages of one Python.

    Attributes:
        packages: by canonical name.
        python: version, e.g. ``3.11.7``.
        onnxruntime_build: package whose files lie in onnxruntime's folder, None where it does not say.
    """

    packages: Mapping[str, Package]
    python: str
    onnxruntime_build: str | None = None

    @property
    def python_minor(self) -> str:
        """E.g. ``3.11``."""
        return ".".join(self.python.split(".")[:2])

    def find(self, requirement: Requirement) -> Package | None:
        """Return the package that does the work: the one asked for, or another build of the same library."""
        key = canonicalize_name(requirement.name)
        if key in self.packages:
            return self.packages[key]
        others = [other for family in FAMILIES if _is_build_of(key, family) for other in self.builds(family)]
        return others[0] if others else None

    def builds(self, family: str) -> list[Package]:
        """Return the installed builds of a library, by name."""
        return [self.packages[key] for key in sorted(self.packages) if _is_build_of(key, family)]

    def applies(self, marker: Marker | None, extra: str = "") -> bool:
        """Return whether a requirement with this marker is meant for this Python and extra."""
        here = {"python_version": self.python_minor, "python_full_version": self.python, "extra": extra}
        return marker is None or marker.evaluate(here)

    def requirements(self, package: Package, extra: str = "") -> Iterator[Requirement]:
        """Yield what a package needs here, or with an extra what that adds."""
        for line in package.requires:
            try:
                requirement = Requirement(line)
            except InvalidRequirement:
                continue
            is_base = self.applies(requirement.marker)
            if is_base if not extra else (self.applies(requirement.marker, extra) and not is_base):
                yield requirement

    def extras(self, package: Package) -> list[str]:
        """Return those extras of a package of which everything is installed."""
        names = sorted({name for line in package.requires for name in re.findall(r"""extra == ['"]([^'"]+)""", line)})
        wanted = {name: {canonicalize_name(line.name) for line in self.requirements(package, name)} for name in names}
        return [name for name in names if wanted[name] <= set(self.packages)]


def read_environment() -> Environment:
    """Look at the packages of the running Python."""
    packages: dict[str, Package] = {}
    for found in distributions():
        # A folder that an interrupted removal left behind has no name.
        if found.metadata["Name"]:
            package = _package(found)
            # The first on the path is the one that is imported.
            packages.setdefault(package.key, package)
    return Environment(packages, platform.python_version(), _onnxruntime_build())


def pip_install(*words: str) -> str:
    """Return the command that installs into the Python that runs now."""
    quoted = (f'"{word}"' if re.search(r"[\s<>!=*]", word) else word for word in (sys.executable, *words))
    python, *rest = quoted
    return f"{python} -m pip install {' '.join(rest)}"


def _is_build_of(key: str, family: str) -> bool:
    return (key == family or key.startswith(f"{family}-")) and not key.endswith(_NO_BUILDS)


def _package(found: Distribution) -> Package:
    classifiers = found.metadata.get_all("Classifier") or []
    return Package(found.metadata["Name"], found.version, found.requires or [], classifiers)


def _onnxruntime_build() -> str | None:
    """Return the package whose files were written last; every build of onnxruntime ships a file that says so."""
    spec = find_spec("onnxruntime")
    if spec is None or spec.origin is None:
        return None
    try:
        text = (Path(spec.origin).parent / "capi" / "build_and_package_info.py").read_text(encoding="utf-8")
    except OSError:
        return None
    match = re.search(r"""^package_name = ['"]([^'"]+)""", text, re.MULTILINE)
    return match[1] if match else None
