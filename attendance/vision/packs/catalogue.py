"""The packs of InsightFace's release that can be installed by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from attendance.core.packs.format import Licence
from attendance.vision.packs.licences import INSIGHTFACE_LICENCE

INSIGHTFACE_RELEASE = "https://github.com/deepinsight/insightface/releases/download/model-zoo"
"""Source: MODEL_ZOO_RELEASE_DOWNLOAD_URL in insightface/utils/storage.py (2.1)."""
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class CataloguePack:
    """A pack that can be downloaded by name.

    Attributes:
        size_bytes: about how much is downloaded; None when nobody has published it.
        sha256: of the archive; None when nobody has published one.
        has_landmarks: landmark models lie beside detector and recognizer.
    """

    pack_id: str
    title: str
    licence: Licence
    size_bytes: int | None = None
    sha256: str | None = None
    has_landmarks: bool = False


def _insightface(pack_id: str, models: str, size_mib: float | None, *, has_landmarks: bool = False) -> CataloguePack:
    size = None if size_mib is None else round(size_mib * _MIB)
    title = f"InsightFace {pack_id}: {models}"
    return CataloguePack(pack_id, title, INSIGHTFACE_LICENCE, size, has_landmarks=has_landmarks)


# Models: python-package/docs/model_zoo.md and person_analysis.md of deepinsight/insightface; sizes: the list of its
# release "model-zoo" of 2026-09-03, which names none for cheetah. What raccoon's detector is stands nowhere.
INSIGHTFACE_PACKS: Mapping[str, CataloguePack] = MappingProxyType(
    {
        pack.pack_id: pack
        for pack in (
            _insightface("buffalo_l", "SCRFD-10G, ResNet50 on WebFace600K", 288.6, has_landmarks=True),
            _insightface("buffalo_m", "SCRFD-2.5G, ResNet50 on WebFace600K", 276.0, has_landmarks=True),
            _insightface("buffalo_s", "SCRFD-500M, MobileFaceNet on WebFace600K", 127.6, has_landmarks=True),
            _insightface("buffalo_sc", "SCRFD-500M, MobileFaceNet on WebFace600K", 15.0),
            _insightface("antelopev2", "SCRFD-10G, ResNet100 on Glint360K", 360.7, has_landmarks=True),
            _insightface("raccoon_s", "MobileFaceNet on WebFace600K", 36.6),
            _insightface("raccoon_l", "ResNet50 on WebFace600K", 255.1),
            _insightface("cheetah_s", "SCRFD-500M, MobileFaceNet on WebFace600K", None),
            _insightface("cheetah_l", "SCRFD-10G, ResNet50 on WebFace600K", None),
        )
    }
)
