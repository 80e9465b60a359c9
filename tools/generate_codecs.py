"""Write docs/transfer-syntaxes.md by trying each transfer syntax: `python tools/generate_codecs.py`, or `--check` to compare."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs/transfer-syntaxes.md"

TOP = """# Transfer syntaxes

Every instance is stored, sent and served in the transfer syntax that it came in, whatever that is, bit for bit. This page says what
else can be done with it. It is written by `python tools/generate_codecs.py`, which tries each coding with pixels of each kind.

* **decoded**: its frames are given as native samples: `application/octet-stream` over DICOMweb, Explicit VR for a destination that
  wants no compression.
* **rendered**: its frames become PNG, JPEG, GIF, JPEG 2000 or WebP pictures.
* **transcoded to**: other images become this, by C-MOVE, C-GET and DICOMweb, without losing a bit; the pixels that it holds are in
  the last column. A syntax that allows loss gets a codestream without.
"""

END = """## What the pixels may be

| attribute | read and rendered |
|---|---|
| Bits Allocated | 1, 8, 16, 32, 64; Bits Stored and High Bit anywhere within; signed or not |
| Float and Double Float Pixel Data | native |
| Photometric Interpretation | MONOCHROME1, MONOCHROME2, PALETTE COLOR (plain and segmented), RGB, YBR_FULL, YBR_FULL_422, \
YBR_PARTIAL_422 (native), YBR_RCT, YBR_ICT; grey with a supplemental palette |
| Planar Configuration | 0 and 1 |
| Modality LUT | Rescale Slope and Intercept, Modality LUT Sequence; those of a frame in enhanced images |
| VOI | windows (LINEAR, LINEAR_EXACT, SIGMOID), VOI LUT Sequence; those of a frame in enhanced images; a default if there is none |
| presentation | Presentation LUT Shape, pixel padding and its range, display shutters, overlays (groups 6000 to 601E) |

Not rendered: video, HSV, CMYK and ARGB (retired), ICC profiles, Presentation States, X-ray mask subtraction.

## How it is proved

* Every frame of the test images of pydicom, of pydicom-data and, where it is at hand, of the NEMA compression set is decoded to the
  samples that pydicom gives and to those that gdcm gives: `tests/imaging/test_every_frame.py`, which names each exception and why.
* Grey levels are compared with the arithmetic of PS3.3 C.11 on phantoms (`tests/imaging/test_render.py`, `test_luts.py`) and with
  the pictures that DCMTK draws of the same images: `test_pictures_beside_dcmtk.py`.
* Transcoding is undone and compared, in every direction: `tests/imaging/test_transcode.py`.
"""


def kinds() -> dict[str, tuple[bytes, object]]:
    """Pixels of each kind: native samples and their description."""
    from isocenter.imaging.frames import PixelDescription

    noise = np.random.default_rng(7).integers(0, 256, 8 * 8 * 3 * 8, np.uint8).tobytes()
    grey = PixelDescription(8, 8, 1, 8, 8, 7, 0, 0, "MONOCHROME2", 1)
    found = {
        "1 bit": replace(grey, bits_allocated=1, bits_stored=1, high_bit=0),
        "8": grey,
        "16": replace(grey, bits_allocated=16, bits_stored=16, high_bit=15),
        "16 signed": replace(grey, bits_allocated=16, bits_stored=16, high_bit=15, pixel_representation=1),
        "32": replace(grey, bits_allocated=32, bits_stored=32, high_bit=31),
        "colour 8": replace(grey, samples_per_pixel=3, photometric_interpretation="RGB"),
        "colour 16": replace(
            grey, samples_per_pixel=3, photometric_interpretation="RGB", bits_allocated=16, bits_stored=16, high_bit=15
        ),
    }
    return {name: (noise[: description.frame_byte_count], description) for name, description in found.items()}


def held(uid: str) -> str:
    """The kinds of pixels that come back bit for bit after they were coded so."""
    from isocenter.base.errors import IsocenterError
    from isocenter.imaging.decode import decode_frame
    from isocenter.imaging.encode import described_after, encode_frame

    found = []
    for name, (native, description) in kinds().items():
        try:
            coded = encode_frame(native, uid, description)
            if decode_frame(coded, uid, described_after(description, uid)) == native:
                found.append(name)
        except IsocenterError:
            continue
    return ", ".join(found)


def render() -> str:
    """The page."""
    from isocenter.imaging import decode, encode, transcode
    from isocenter.standard import transfer_syntax

    lines = [TOP, "| transfer syntax | UID | decoded | rendered | transcoded to | holds |", "|---|---|---|---|---|---|"]
    others = []
    for syntax in transfer_syntax.BY_UID.values():
        native = transcode.can(syntax.uid, transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN) and not syntax.encapsulated
        read = native or syntax.uid in decode.DECODABLE
        if not read:
            others.append(syntax)
            continue
        written = syntax.uid in transcode.NATIVE or syntax.uid in encode.ENCODABLE
        holds = "everything" if syntax.uid in transcode.NATIVE else held(syntax.uid) if written else ""
        name = syntax.name + (" (retired)" if syntax.retired else "")
        lines.append(f"| {name} | `{syntax.uid}` | yes | yes | {'yes' if written else 'no'} | {holds} |")
    lines += ["", "## Stored, sent and served as they are, and nothing else", ""]
    for syntax in others:
        kind = "video" if syntax.video else "pixels elsewhere" if syntax.referenced else "real time" if ".7." in syntax.uid else ""
        notes = ", ".join(note for note in (kind, "retired" if syntax.retired else "") if note)
        lines.append(f"* {syntax.name}, `{syntax.uid}`" + (f" ({notes})" if notes else ""))
    return "\n".join([*lines, "", END])


def main(arguments: list[str]) -> int:
    """See `written`."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from tools.written import written

    return written(TARGET, render(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
