"""In which form stored instances, frames and values go out, by what the client accepts (PS3.18 8.7.3, Tables 8.7.3-2 to 8.7.3-5).

Ordered `MediaRange`s and the stored transfer syntax come in, a media type and a transfer syntax go out; `Problem` 406 where there
is none. Of what a client likes equally well it gets what need not be transcoded. Frames of native pixels are little endian always,
which is the transfer syntax that they are labelled with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from isocenter.dicomweb.media import (
    ANY_SYNTAX,
    DICOM,
    MULTIPART_RELATED,
    OCTET_STREAM,
    MediaRange,
    Transcodable,
    not_acceptable,
)
from isocenter.standard import transfer_syntax as uids

MEDIA_TYPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("image/jpeg", (uids.JPEG_LOSSLESS_FIRST_ORDER, uids.JPEG_BASELINE, uids.JPEG_EXTENDED, uids.JPEG_LOSSLESS)),
    ("image/dicom-rle", (uids.RLE_LOSSLESS,)),
    ("image/jls", (uids.JPEG_LS_LOSSLESS, uids.JPEG_LS_NEAR_LOSSLESS)),
    ("image/jp2", (uids.JPEG_2000_LOSSLESS, uids.JPEG_2000)),
    ("image/jpx", ("1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.93")),
    ("image/jphc", (uids.HTJ2K_LOSSLESS, uids.HTJ2K_LOSSLESS_RPCL, uids.HTJ2K)),
    ("image/jxl", (uids.JPEG_XL_LOSSLESS, uids.JPEG_XL_JPEG_RECOMPRESSION, uids.JPEG_XL)),
    ("video/mpeg", (uids.MPEG2_MAIN_LEVEL, "1.2.840.10008.1.2.4.101")),
    ("video/mp4", tuple(f"1.2.840.10008.1.2.4.{number}" for number in (102, 103, 104, 105, 106))),
    ("video/H265", ("1.2.840.10008.1.2.4.107", "1.2.840.10008.1.2.4.108")),
)
"""The media types of compressed pixels, and their transfer syntaxes, the default one first (PS3.18 Table 8.7.3-5)."""

ALIASES = {
    "image/x-dicom-rle": "image/dicom-rle",
    "image/x-jls": "image/jls",
    "image/jpg": "image/jpeg",
    "image/jhc": "image/jphc",
    "image/jph": "image/jphc",
    "image/j2c": "image/jp2",
    "video/mpeg2": "video/mpeg",
    "video/h265": "video/H265",
}
"""Other names of them that clients use: older editions of the standard, and slips."""

NOT_FOR_THE_WEB = frozenset({uids.IMPLICIT_VR_LITTLE_ENDIAN, uids.EXPLICIT_VR_BIG_ENDIAN})
"""Transfer syntaxes that web services do not use (PS3.18 8.7.3)."""

_NATIVE = NOT_FOR_THE_WEB | {
    uids.EXPLICIT_VR_LITTLE_ENDIAN,
    uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    uids.GE_PRIVATE_IMPLICIT,
    uids.PAPYRUS_3_IMPLICIT,
}
_SYNTAXES = dict(MEDIA_TYPES)
_MEDIA_TYPE = {syntax: name for name, syntaxes in MEDIA_TYPES for syntax in syntaxes}
_MEDIA_TYPE |= {f"{uid}.1": name for uid, name in _MEDIA_TYPE.items() if f"{uid}.1" in uids.BY_UID}


def media_type_of(transfer_syntax: str) -> str:
    """What frames of that syntax are called, where a client does not ask for octets: application/octet-stream for all others."""
    return _MEDIA_TYPE.get(transfer_syntax, OCTET_STREAM)


@dataclass(frozen=True, slots=True)
class InstanceForm:
    """How whole instances go out: `multipart`, and the accepted transfer syntaxes in groups, best first."""

    multipart: bool
    wanted: tuple[tuple[str, ...], ...]

    @property
    def takes_anything(self) -> bool:
        """Whether no stored syntax can be one that is not accepted."""
        return any("" in group or ANY_SYNTAX in group for group in self.wanted)

    def syntax_for(self, stored: str, can: Transcodable) -> str | None:
        """The transfer syntax that an instance goes out in; None where it can be turned into none of those accepted.

        Where no syntax was named, that is Explicit VR Little Endian, the default, and the stored one for pixels that nothing here
        decodes (PS3.18 8.7.3). Any syntax is the stored one, but for the two that are not for the web, unless named.
        """
        for group in self.wanted:
            if stored in group or (ANY_SYNTAX in group and stored not in NOT_FOR_THE_WEB):
                return stored
            for syntax in group:
                wanted = uids.EXPLICIT_VR_LITTLE_ENDIAN if syntax in ("", ANY_SYNTAX) else syntax
                if wanted == stored or can(stored, wanted):
                    return wanted
        return stored if self.takes_anything else None


def instance_form(ranges: Sequence[MediaRange], *, one: bool) -> InstanceForm:
    """How instances go out, many or just `one`, which may be a single part. Raises `Problem` 406.

    Whoever accepts anything gets many parts, the default of the resource (PS3.18 Table 8.7.3-1).
    """
    usable = [item for item in ranges if item.quality > 0 and item.covers(DICOM) and (item.multipart or one or _anything(item))]
    if not usable:
        raise not_acceptable(ranges, (f'{MULTIPART_RELATED}; type="{DICOM}"', *((DICOM,) if one else ())))
    multipart = _in_parts(usable[0])
    same = [item for item in usable if _in_parts(item) == multipart]
    groups = groupby(same, key=lambda item: item.order)
    return InstanceForm(multipart, tuple(tuple(item.transfer_syntax for item in group) for _, group in groups))


def _anything(item: MediaRange) -> bool:
    return item.essence == "*/*"


def _in_parts(item: MediaRange) -> bool:
    return item.multipart or _anything(item)


@dataclass(frozen=True, slots=True)
class FrameForm:
    """How frames of one instance go out. `as_stored`: the bytes of the stored pixels, but for the order of native ones."""

    multipart: bool
    media_type: str
    transfer_syntax: str
    as_stored: bool

    @property
    def content_type(self) -> str:
        """The Content-Type of one frame."""
        return f"{self.media_type}; transfer-syntax={self.transfer_syntax}"


def frame_form(ranges: Sequence[MediaRange], stored: str, can: Transcodable, *, one: bool) -> FrameForm:
    """How frames of an instance that is stored in the syntax `stored` go out, many or just `one`. Raises `Problem` 406."""
    stored = _native(stored)
    usable = [item for item in ranges if item.quality > 0 and (item.multipart or one or _anything(item))]
    for _, group in groupby(usable, key=lambda item: item.order):
        found: FrameForm | None = None
        for item in group:
            form = _frame_form(item, stored, can)
            if form is not None and (found is None or (form.as_stored and not found.as_stored)):
                found = form
        if found is not None:
            return found
    offers = dict.fromkeys((f"{media_type_of(stored)}; transfer-syntax={stored}", OCTET_STREAM))
    raise not_acceptable(ranges, tuple(offers))


def _frame_form(item: MediaRange, stored: str, can: Transcodable) -> FrameForm | None:
    """The form that one range allows; of a range of types the stored one, else octets of native pixels."""
    essence = ALIASES.get(item.essence, item.essence)
    multipart = _in_parts(item)
    if essence == "*/*" and not item.transfer_syntax:
        # The default is native pixels (PS3.18 8.7.3.3.1); whoever named nothing also takes what nothing here decodes.
        if can(stored, uids.EXPLICIT_VR_LITTLE_ENDIAN):
            return _form(multipart, OCTET_STREAM, uids.EXPLICIT_VR_LITTLE_ENDIAN, stored)
        return _form(multipart, media_type_of(stored), stored, stored)
    if item.transfer_syntax == ANY_SYNTAX:
        wanted: tuple[str, ...] = (stored,)
    elif item.transfer_syntax:
        wanted = (_native(item.transfer_syntax),)
    elif essence == OCTET_STREAM or essence.endswith("*"):
        wanted = (uids.EXPLICIT_VR_LITTLE_ENDIAN,) if item.covers(OCTET_STREAM) else (stored,)
    else:
        syntaxes = _SYNTAXES.get(essence, ())
        wanted = (stored,) if stored in syntaxes else syntaxes[:1]
    for syntax in wanted:
        if syntax != stored and not can(stored, syntax):
            continue
        own = media_type_of(syntax)
        if essence in (OCTET_STREAM, own):
            return _form(multipart, essence, syntax, stored)
        if item.covers(own):
            return _form(multipart, own, syntax, stored)
        if item.covers(OCTET_STREAM):
            return _form(multipart, OCTET_STREAM, syntax, stored)
    return None


def _form(multipart: bool, media_type: str, syntax: str, stored: str) -> FrameForm:
    return FrameForm(multipart, media_type, syntax, syntax == stored)


def _native(syntax: str) -> str:
    """Frames have no explicit or implicit value representations: every native syntax means the same bytes, little endian."""
    return uids.EXPLICIT_VR_LITTLE_ENDIAN if syntax in _NATIVE else syntax


def in_parts(ranges: Sequence[MediaRange]) -> bool:
    """Whether one value of bulk data goes out as multipart/related, or alone, which is the default. Raises `Problem` 406."""
    for item in ranges:
        if item.quality > 0 and item.covers(OCTET_STREAM):
            return item.multipart
    raise not_acceptable(ranges, (OCTET_STREAM, f'{MULTIPART_RELATED}; type="{OCTET_STREAM}"'))
