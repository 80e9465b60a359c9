"""Coded concepts (PS3.3 8.8): the ones that our documents use, and how a code is written and read.

DCM codes are those of PS3.16 D, SCT is SNOMED CT, units are UCUM (PS3.16 7.2.2). `99ISOCENTER` holds the few that
PS3.16 lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from isocenter.documents.elements import DataSet, data_set, items, text


@dataclass(frozen=True, slots=True)
class Code:
    """Value and scheme say what is meant, whatever the meaning is called; `value` may come from the long or the URN code value."""

    value: str
    scheme: str
    meaning: str = ""

    def item(self) -> dict[str, Any]:
        """As an item of a code sequence (PS3.3 Table 8.8-1)."""
        return data_set(CodeValue=self.value, CodingSchemeDesignator=self.scheme, CodeMeaning=self.meaning)

    def means(self, other: Code) -> bool:
        """True for the same concept."""
        return (self.value, self.scheme) == (other.value, other.scheme)

    @property
    def key(self) -> tuple[str, str]:
        return self.value, self.scheme


NO_CODE: Final = Code("", "")

_OLD: Final = {
    ("G-D7FE", "SRT"): ("410668003", "SCT"), ("G-A166", "SRT"): ("42798000", "SCT"), ("R-00317", "SRT"): ("373098007", "SCT"),
    ("R-10047", "SRT"): ("386136009", "SCT"), ("R-404FB", "SRT"): ("255605001", "SCT"), ("G-A437", "SRT"): ("56851009", "SCT"),
    ("G-A185", "SRT"): ("103339001", "SCT"), ("G-A186", "SRT"): ("103340004", "SCT"), ("G-C0E3", "SRT"): ("363698007", "SCT"),
}  # fmt: skip
"""SNOMED RT codes of older reports, and those of SNOMED CT that replace them (PS3.16 O)."""


def code_of(source: DataSet, keyword: str) -> Code:
    """The code of the first item of a code sequence; `NO_CODE` where there is none. Old SNOMED codes come out as the new ones."""
    item = next(iter(items(source, keyword)), None)
    if item is None:
        return NO_CODE
    value = text(item, "CodeValue") or text(item, "LongCodeValue") or text(item, "URNCodeValue")
    key = (value, text(item, "CodingSchemeDesignator"))
    return Code(*_OLD.get(key, key), text(item, "CodeMeaning"))


IMAGING_MEASUREMENT_REPORT: Final = Code("126000", "DCM", "Imaging Measurement Report")
LANGUAGE: Final = Code("121049", "DCM", "Language of Content Item and Descendants")
ENGLISH: Final = Code("en", "RFC5646", "English")
OBSERVER_TYPE: Final = Code("121005", "DCM", "Observer Type")
PERSON: Final = Code("121006", "DCM", "Person")
DEVICE: Final = Code("121007", "DCM", "Device")
PERSON_OBSERVER_NAME: Final = Code("121008", "DCM", "Person Observer Name")
DEVICE_OBSERVER_UID: Final = Code("121012", "DCM", "Device Observer UID")
DEVICE_OBSERVER_NAME: Final = Code("121013", "DCM", "Device Observer Name")
PROCEDURE_REPORTED: Final = Code("121058", "DCM", "Procedure reported")
IMAGING_PROCEDURE: Final = Code("363679005", "SCT", "Imaging procedure")
IMAGING_MEASUREMENTS: Final = Code("126010", "DCM", "Imaging Measurements")
MEASUREMENT_GROUP: Final = Code("125007", "DCM", "Measurement Group")
TRACKING_IDENTIFIER: Final = Code("112039", "DCM", "Tracking Identifier")
TRACKING_UNIQUE_IDENTIFIER: Final = Code("112040", "DCM", "Tracking Unique Identifier")
FINDING: Final = Code("121071", "DCM", "Finding")
COMMENT: Final = Code("121106", "DCM", "Comment")
DERIVATION: Final = Code("121401", "DCM", "Derivation")
KEY_OBJECT_DESCRIPTION: Final = Code("113012", "DCM", "Key Object Description")

LENGTH: Final = Code("410668003", "SCT", "Length")
ANGLE: Final = Code("1483009", "SCT", "Angle")
COBB_ANGLE: Final = Code("285285000", "SCT", "Cobb angle")
AREA: Final = Code("42798000", "SCT", "Area")
MEAN: Final = Code("373098007", "SCT", "Mean")
STANDARD_DEVIATION: Final = Code("386136009", "SCT", "Standard Deviation")
MINIMUM: Final = Code("255605001", "SCT", "Minimum")
MAXIMUM: Final = Code("56851009", "SCT", "Maximum")
ATTENUATION_COEFFICIENT: Final = Code("112031", "DCM", "Attenuation Coefficient")
MR_SIGNAL_INTENSITY: Final = Code("110852", "DCM", "MR signal intensity")
SUV_BODY_WEIGHT: Final = Code("126401", "DCM", "SUVbw")
PIXEL_VALUE: Final = Code("PIXELVALUE", "99ISOCENTER", "Pixel value")
TIME: Final = Code("110858", "DCM", "Time")
VELOCITY: Final = Code("VELOCITY", "99ISOCENTER", "Velocity")

DERIVATIONS: Final = MappingProxyType(
    {"mean": MEAN, "standard_deviation": STANDARD_DEVIATION, "minimum": MINIMUM, "maximum": MAXIMUM}
)
"""How a number was made from many pixels, by our name for it (PS3.16 CID 7464)."""

KEY_OBJECT_TITLES: Final = MappingProxyType({
    "113000": "Of Interest", "113001": "Rejected for Quality Reasons", "113002": "For Referring Provider", "113003": "For Surgery",
    "113004": "For Teaching", "113005": "For Conference", "113006": "For Therapy", "113007": "For Patient",
    "113008": "For Peer Review", "113009": "For Research", "113013": "Best In Set", "113018": "For Printing",
})  # fmt: skip
"""Why images were chosen, all of the scheme DCM (PS3.16 CID 7010)."""

_UNITS: Final[Mapping[str, Code]] = {
    "mm": Code("mm", "UCUM", "mm"), "cm": Code("cm", "UCUM", "cm"), "mm²": Code("mm2", "UCUM", "mm2"),
    "cm²": Code("cm2", "UCUM", "cm2"), "°": Code("deg", "UCUM", "deg"), "HU": Code("[hnsf'U]", "UCUM", "Hounsfield unit"),
    "SUVbw": Code("{SUVbw}g/ml", "UCUM", "SUVbw"), "Bq/ml": Code("Bq/ml", "UCUM", "Bq/ml"), "s": Code("s", "UCUM", "s"),
    "cm/s": Code("cm/s", "UCUM", "cm/s"), "Hz": Code("Hz", "UCUM", "Hz"), "Gy": Code("Gy", "UCUM", "Gy"),
    "px": Code("{pixels}", "UCUM", "px"), "px²": Code("{pixels2}", "UCUM", "px2"), "": Code("1", "UCUM", "no units"),
}  # fmt: skip
_NAMES: Final[Mapping[str, str]] = {code.value: name for name, code in _UNITS.items()} | {
    "g/ml{SUVbw}": "SUVbw", "g/ml{SUVbw-lbm}": "SUVlbm", "{SUVlbm}g/ml": "SUVlbm", "{counts}": "counts",
    "{no units}": "", "1{no units}": "",
}  # fmt: skip


def unit_code(name: str) -> Code:
    """The UCUM code of a unit as it is shown; one that UCUM does not have becomes an arbitrary unit with its name."""
    known = _UNITS.get(name)
    return known if known is not None else Code(f"[arb'U]{{{_annotation(name)}}}"[:16], "UCUM", name[:64])


def _annotation(name: str) -> str:
    """What may stand in the curly brackets of UCUM: printable ASCII without brackets."""
    return "".join(one for one in name if one.isascii() and one.isprintable() and one not in "{}[]\\ ")[:7] or "unknown"


def unit_name(code: Code) -> str:
    """A unit as it is shown: ours where we know it, else as it was meant."""
    if code.value == "1":
        return "px" if code.meaning == "px" else ""
    return _NAMES.get(code.value, code.meaning or code.value)
