"""Transfer syntaxes: from a UID to how its bytes are read (PS3.5 10 and Annex A, PS3.6 Table A-1).

Comes in: a UID as text. Goes out: a `TransferSyntax`, for an unknown one too. The names come from the generated registry, the
properties from the rules of the standard below. No data set is read here.
"""

from __future__ import annotations

from dataclasses import dataclass

from isocenter.standard.transfer_syntax_registry import TRANSFER_SYNTAXES

IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
ENCAPSULATED_UNCOMPRESSED = "1.2.840.10008.1.2.1.98"
DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1.99"
EXPLICIT_VR_BIG_ENDIAN = "1.2.840.10008.1.2.2"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
JPEG_SPECTRAL_SELECTION = "1.2.840.10008.1.2.4.53"
JPEG_FULL_PROGRESSION = "1.2.840.10008.1.2.4.55"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.57"
JPEG_LOSSLESS_FIRST_ORDER = "1.2.840.10008.1.2.4.70"
JPEG_LS_LOSSLESS = "1.2.840.10008.1.2.4.80"
JPEG_LS_NEAR_LOSSLESS = "1.2.840.10008.1.2.4.81"
JPEG_2000_LOSSLESS = "1.2.840.10008.1.2.4.90"
JPEG_2000 = "1.2.840.10008.1.2.4.91"
JPIP_REFERENCED = "1.2.840.10008.1.2.4.94"
JPIP_REFERENCED_DEFLATE = "1.2.840.10008.1.2.4.95"
MPEG2_MAIN_LEVEL = "1.2.840.10008.1.2.4.100"
JPEG_XL_LOSSLESS = "1.2.840.10008.1.2.4.110"
JPEG_XL_JPEG_RECOMPRESSION = "1.2.840.10008.1.2.4.111"
JPEG_XL = "1.2.840.10008.1.2.4.112"
HTJ2K_LOSSLESS = "1.2.840.10008.1.2.4.201"
HTJ2K_LOSSLESS_RPCL = "1.2.840.10008.1.2.4.202"
HTJ2K = "1.2.840.10008.1.2.4.203"
JPIP_HTJ2K_REFERENCED = "1.2.840.10008.1.2.4.204"
JPIP_HTJ2K_REFERENCED_DEFLATE = "1.2.840.10008.1.2.4.205"
RLE_LOSSLESS = "1.2.840.10008.1.2.5"
DEFLATED_IMAGE_FRAME = "1.2.840.10008.1.2.8.1"
PAPYRUS_3_IMPLICIT = "1.2.840.10008.1.20"
GE_PRIVATE_IMPLICIT = "1.2.840.113619.5.2"
"""Implicit VR Little Endian data set with big endian pixels, written by old GE workstations."""

_JPEG_LOSSLESS_PROCESSES = {57, 58, 65, 66, 70}
_JPIP = frozenset({JPIP_REFERENCED, JPIP_REFERENCED_DEFLATE, JPIP_HTJ2K_REFERENCED, JPIP_HTJ2K_REFERENCED_DEFLATE})
_IMAGES = "1.2.840.10008.1.2.4."
_REAL_TIME = "1.2.840.10008.1.2.7."
_NATIVE = frozenset(
    {
        IMPLICIT_VR_LITTLE_ENDIAN,
        EXPLICIT_VR_LITTLE_ENDIAN,
        DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
        EXPLICIT_VR_BIG_ENDIAN,
        PAPYRUS_3_IMPLICIT,
        GE_PRIVATE_IMPLICIT,
        "1.2.840.10008.1.2.6.1",
        "1.2.840.10008.1.2.6.2",
    }
)


@dataclass(frozen=True, slots=True)
class TransferSyntax:
    """How a data set and its pixels are written.

    `encapsulated`: pixel data is a sequence of fragments (PS3.5 A.4). `deflated`: the whole data set is (PS3.5 A.5).
    `lossy`: the pixels may have lost something. `video`: one stream for all frames. `referenced`: the pixels are elsewhere, to be
    had by JPIP. `standard` is False for a UID that the standard does not know.
    """

    uid: str
    name: str
    little_endian: bool = True
    explicit_vr: bool = True
    encapsulated: bool = False
    deflated: bool = False
    lossy: bool = False
    video: bool = False
    referenced: bool = False
    retired: bool = False
    standard: bool = True


def _is_lossy(uid: str) -> bool:
    if not uid.startswith(_IMAGES):
        return False
    process = int(uid.removeprefix(_IMAGES).split(".")[0])
    if process <= 70:
        return process not in _JPEG_LOSSLESS_PROCESSES
    return uid not in (JPEG_LS_LOSSLESS, JPEG_2000_LOSSLESS, _IMAGES + "92", JPEG_XL_LOSSLESS, HTJ2K_LOSSLESS, HTJ2K_LOSSLESS_RPCL)


def _is_video(uid: str) -> bool:
    return uid.startswith(_IMAGES) and 100 <= int(uid.removeprefix(_IMAGES).split(".")[0]) <= 108


def _described(uid: str, name: str, *, retired: bool = False, standard: bool = True) -> TransferSyntax:
    return TransferSyntax(
        uid=uid,
        name=name,
        little_endian=uid != EXPLICIT_VR_BIG_ENDIAN,
        explicit_vr=uid not in (IMPLICIT_VR_LITTLE_ENDIAN, PAPYRUS_3_IMPLICIT, GE_PRIVATE_IMPLICIT),
        encapsulated=uid not in _NATIVE and uid not in _JPIP and not uid.startswith(_REAL_TIME),
        deflated=uid in (DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, JPIP_REFERENCED_DEFLATE, JPIP_HTJ2K_REFERENCED_DEFLATE),
        lossy=_is_lossy(uid),
        video=_is_video(uid),
        referenced=uid in _JPIP,
        retired=retired,
        standard=standard,
    )


ALL: tuple[TransferSyntax, ...] = tuple(
    _described(uid, name, retired=retired) for uid, (name, retired) in TRANSFER_SYNTAXES.items()
)
"""Every transfer syntax of the standard, retired ones included, in the order of their UIDs."""

BY_UID: dict[str, TransferSyntax] = {syntax.uid: syntax for syntax in ALL} | {
    GE_PRIVATE_IMPLICIT: _described(GE_PRIVATE_IMPLICIT, "GE Private Implicit VR Little Endian", standard=False)
}


def of(uid: str) -> TransferSyntax:
    """The transfer syntax of `uid`.

    One that nobody knows is read as encapsulated Explicit VR Little Endian, as every compressed syntax is
    (PS3.5 A.4); private ones follow it as a rule.
    """
    known = BY_UID.get(uid)
    return known if known is not None else _described(uid, f"unknown transfer syntax {uid}", standard=False)


def name_of(uid: str) -> str:
    """The standard's name of `uid`, or a phrase with the UID where it has none."""
    return of(uid).name
