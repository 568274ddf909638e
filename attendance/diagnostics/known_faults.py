"""Versions that install without complaint and break the program later."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.requirements import Requirement


@dataclass(frozen=True, slots=True)
class KnownFault:
    """Versions of one package that fail.

    Attributes:
        requirement: the versions that fail; its marker says on which Python and system.
        beside: what else must be installed for it, None where the package fails by itself.
        consequence: the rest of a sentence that begins with "PySide6-Essentials 6.12.0".
        source: where this is known from.
    """

    requirement: Requirement
    beside: Requirement | None
    consequence: str
    source: str


KNOWN_FAULTS = (
    KnownFault(
        Requirement('PySide6-Essentials==6.12.0; python_version < "3.12"'),
        None,
        "drops a reference to True at every signal on this Python and ends the program after about 570 signals",
        "a loop of 5,000 emits aborts on 3.10 and 3.11; 6.8.3 to 6.11.1, and 6.12.0 on 3.12 and 3.13, are clean",
    ),
    KnownFault(
        Requirement("scikit-image>=2.2"),
        Requirement("insightface<=2.1"),
        "lacks SimilarityTransform.estimate(), which insightface 2.1 calls for every face",
        "the FutureWarning of scikit-image 0.26 names the release; insightface/utils/face_align.py calls it",
    ),
)
"""Add a row, and an upper bound in pyproject.toml, when a released version is found to break the program."""
