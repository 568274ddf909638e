"""Which licence a pack has: that of whoever made the weights, or one that InsightFace signed for a company."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from attendance.core.licence import LicenceTerm
from attendance.core.packs.format import Licence, Manifest
from attendance.core.types import LicenceUse
from attendance.errors import Reason
from attendance.errors.models import LicenceFileInvalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

INSIGHTFACE_PACK_IDS = (
    *("buffalo_l", "buffalo_m", "buffalo_s", "buffalo_sc", "antelopev2"),
    *("raccoon_s", "raccoon_l", "cheetah_s", "cheetah_l"),
)
INSIGHTFACE_LICENCE = Licence(
    name="non-commercial research only",
    text="InsightFace releases its models, however obtained, for non-commercial research purposes only; "
    "a company's attendance system is not that. Ask InsightFace for a commercial licence.",
    use=LicenceUse.RESEARCH_ONLY,
)
"""Source: README of deepinsight/insightface, section License, and its issue 2486."""
UNKNOWN_LICENCE = Licence(
    name="licence unknown",
    text="The pack came without a licence statement. Ask whoever made the models before using them.",
    use=LicenceUse.RESEARCH_ONLY,
)
LICENCE_FILE = "MODEL.LICENSE"
"""Signed by InsightFace for one pack (insightface model_zoo/model_license.py)."""
_MAX_LICENCE_CHARS = 1 << 16


def licence_of(folder: Path, manifest: Manifest, *, public_keys: Sequence[Ed25519PublicKey] | None = None) -> Licence:
    """Return the licence of a pack that is being brought in.

    Args:
        folder: with ``MODEL.LICENSE`` in it, or without.
        manifest: of the pack; its licence holds where nobody knows better.
        public_keys: whose signatures count; None = the keys that the package insightface has.

    Raises:
        LicenceFileInvalid: there is a file, but not signed by InsightFace for this pack.
    """
    path = folder / LICENCE_FILE
    if path.exists():
        return _signed(path, manifest.pack_id, public_keys)
    # Whoever packed them, the licence of these weights is InsightFace's.
    return INSIGHTFACE_LICENCE if manifest.pack_id in INSIGHTFACE_PACK_IDS else manifest.licence


def _signed(path: Path, pack_id: str, public_keys: Sequence[Ed25519PublicKey] | None) -> Licence:
    """Return what a signed file grants. Whether it holds today is asked when it is shown: it may begin later."""
    from insightface.model_zoo import model_license as signed

    try:
        found = signed.verify_model_license(
            path,
            expected_model_id=pack_id,
            now=_begin(path),
            public_keys=None if public_keys is None else [*public_keys],
        )
    except (signed.ModelLicenseError, RecursionError, OverflowError) as err:
        raise LicenceFileInvalid(pack=pack_id, reason=Reason.quoted(str(err))) from err
    if not found.commercial_use_permitted:
        return INSIGHTFACE_LICENCE
    term = LicenceTerm(" ".join(str(found.customer).split()), found.valid_from, found.valid_until)
    return Licence(
        name="commercial licence of InsightFace",
        text=f"InsightFace licenses {found.model_id} to {term.customer} (licence {found.license_id}). "
        f"The signed file {LICENCE_FILE} lies in the pack.",
        use=LicenceUse.ALLOWED,
        term=term,
    )


def _begin(path: Path) -> datetime | None:
    """Return the instant at which the file says that it begins, None when it does not."""
    try:
        with path.open(encoding="utf-8") as file:
            text = json.loads(file.read(_MAX_LICENCE_CHARS))["valid_from"]
        return datetime.fromisoformat(text).astimezone(UTC)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None
