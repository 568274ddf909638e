"""The checks of the doctor that compare versions: installed, declared, known to fail."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from attendance.diagnostics.finding import Finding, Level
from attendance.diagnostics.installed import FAMILIES, Environment, Package, pip_install
from attendance.diagnostics.known_faults import KNOWN_FAULTS

PROGRAM, TRAINING = "face-attendance", "face-attendance-training"
_SHOWN = ("pyside6-essentials", "opencv-python", "onnxruntime", "onnxruntime-gpu", "insightface", "sqlalchemy")


def check_versions(environment: Environment) -> Iterator[Finding]:
    """Yield what is missing, outside the declared range or known to fail, then one line with the versions."""
    # One sentence a package, the most telling first.
    by_package = dict(_known_faults(environment))
    for key, finding in _unmet(environment):
        by_package.setdefault(key, finding)
    findings = [*_untested_python(environment), *by_package.values()]
    yield from findings
    levels = {finding.level for finding in findings}
    shown = [environment.packages[key] for key in _SHOWN if key in environment.packages]
    yield Finding(
        "versions",
        next((level for level in (Level.ERROR, Level.WARNING) if level in levels), Level.OK),
        f"Python {environment.python} on {platform.platform()}; "
        + ", ".join(f"{package.name} {package.version}" for package in shown),
    )


def check_overwriting(environment: Environment) -> Iterator[Finding]:
    """Yield one finding for each library of which several builds are installed."""
    families = [builds for builds in map(environment.builds, FAMILIES) if len(builds) > 1]
    for builds in families:
        yield _several_builds(builds, environment.onnxruntime_build)
    if not families:
        yield Finding("packages", Level.OK, "No two packages overwrite each other.")


def _untested_python(environment: Environment) -> Iterator[Finding]:
    program = environment.packages.get(PROGRAM)
    lines = program.classifiers if program else ()
    tested = re.findall(r"^Programming Language :: Python :: (3\.\d+)$", "\n".join(lines), re.MULTILINE)
    if tested and environment.python_minor not in tested:
        text = f"Python {environment.python_minor} was not tested with this version; {', '.join(tested)} were."
        yield Finding("versions", Level.WARNING, text, f"Install the program with Python {tested[-1]}.")


def _known_faults(environment: Environment) -> Iterator[tuple[str, Finding]]:
    declared: dict[str, str] = {}
    for name in {PROGRAM, TRAINING} & set(environment.packages):
        lines = environment.requirements(environment.packages[name])
        declared.update({canonicalize_name(line.name): f"{line.name}{line.specifier}" for line in lines})
    for fault in KNOWN_FAULTS:
        package = environment.packages.get(canonicalize_name(fault.requirement.name))
        if package is None or not environment.applies(fault.requirement.marker) or not package.fits(fault.requirement):
            continue
        beside = environment.find(fault.beside) if fault.beside else None
        if fault.beside and not (beside and beside.fits(fault.beside)):
            continue
        text = f"{package.name} {package.version} {fault.consequence}."
        wanted = declared.get(package.key, f"{package.name}!={package.version}")
        yield package.key, Finding("versions", Level.ERROR, text, f"Run: {pip_install(wanted)}")


def _unmet(environment: Environment) -> Iterator[tuple[str, Finding]]:
    """Yield what the program and all that it needs lack, also for training and extras that are installed."""
    program = environment.packages.get(PROGRAM)
    if program is None:
        text = "The program runs without being installed, so nothing says which versions it needs."
        yield PROGRAM, Finding("versions", Level.WARNING, text)
        return
    training = environment.packages.get(TRAINING)
    waiting = [(program, extra) for extra in ("", *environment.extras(program))]
    if training is not None:
        waiting.append((training, ""))
    seen = {(package.key, extra) for package, extra in waiting}
    for package, extra in waiting:  # grows while it is walked
        for requirement in environment.requirements(package, extra):
            found = environment.find(requirement)
            is_optional = package is training or (package is program and extra)
            level = Level.WARNING if is_optional else Level.ERROR
            if found is None or not found.fits(requirement):
                yield canonicalize_name(requirement.name), _not_met(package, requirement, found, level)
            if found is not None:
                new = [(found, name) for name in ("", *requirement.extras) if (found.key, name) not in seen]
                waiting += new
                seen |= {(package.key, name) for package, name in new}


def _not_met(needs: Package, requirement: Requirement, found: Package | None, level: Level) -> Finding:
    if found is None:
        text = f"{requirement.name} is missing; {needs.name} needs it."
    else:
        text = f"{found.name} {found.version} is installed; {needs.name} needs {requirement.specifier}."
    return Finding("versions", level, text, f"Run: {pip_install(f'{requirement.name}{requirement.specifier}')}")


def _several_builds(builds: list[Package], onnxruntime_build: str | None) -> Finding:
    names = " and ".join(package.key for package in builds)
    gpu = next((package for package in builds if package.key.endswith("-gpu")), None)
    if gpu and gpu.key == onnxruntime_build:
        # So `make setup-gpu` leaves it: for pip the CPU build must be there, or it would bring it back.
        return Finding("packages", Level.OK, f"{names} are both installed; the files are those of {gpu.key}.")
    keep = gpu or builds[0]
    return Finding(
        "packages",
        Level.ERROR,
        f"{names} are both installed; they overwrite each other's files.",
        f"Run: {pip_install('--force-reinstall', '--no-deps', f'{keep.name}=={keep.version}')}",
    )
