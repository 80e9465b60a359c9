"""JSON without patients: what technician mode lets out (PS3.18 F.2, and the words of `/api`).

Comes in: any JSON that the house answers with. Goes out: the same, with a token in place of each value that may say who a patient
is. The same value has the same token, so that two patients stay two; the token is made with a key that lives as long as the
process, so that nobody finds the value by trying. No value that was hidden may be left in any other shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import xxhash

from isocenter.standard.patient import OF_A_PATIENT, says_who

TOKEN_VRS = ("PN", "LO", "SH", "LT", "ST", "UT", "UC")
"""Text, which a token can stand for."""
_TAG = re.compile(r"[0-9A-F]{8}")
_WORDS = frozenset(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", keyword).lower() for keyword in OF_A_PATIENT)
_NAMING = ("keyword", "attribute", "key", "name", "tag")
"""Where an object names the attribute that its other texts are values of."""
_BESIDE = (*_NAMING, "path", "vr")
"""What such an object says beside the values."""


class Mask:
    """`key` is any number that nobody outside knows."""

    def __init__(self, key: int) -> None:
        self._key = key

    def token(self, value: str) -> str:
        """What stands for a value; empty for none."""
        digits = xxhash.xxh3_64_hexdigest(value.strip().encode("utf-8", "surrogatepass"), self._key)[:6].upper()
        return f"HIDDEN-{digits}" if value.strip() else ""

    def masked(self, words: Any) -> Any:
        """JSON without patients."""
        match words:
            case list():
                return [self.masked(one) for one in words]
            case dict():
                return self._object(words)
        return words

    def _object(self, words: Mapping[str, Any]) -> dict[str, Any]:
        named = any(isinstance(value := words.get(name), str) and self._is_of_a_patient(value) for name in _NAMING)
        told: dict[str, Any] = {}
        for name, value in words.items():
            if _TAG.fullmatch(name) and isinstance(value, dict) and "vr" in value:
                told[name] = self._element(int(name, 16), value)
            elif (named and name not in _BESIDE) or name in _WORDS or name in OF_A_PATIENT:
                told[name] = self._hidden(value)
            else:
                told[name] = self.masked(value)
        return told

    @staticmethod
    def _is_of_a_patient(name: str) -> bool:
        return name in OF_A_PATIENT or name in _WORDS or (_TAG.fullmatch(name) is not None and says_who(int(name, 16)))

    def _element(self, tag: int, element: Mapping[str, Any]) -> dict[str, Any]:
        """One attribute of the DICOM JSON model."""
        if not says_who(tag):
            return {name: self.masked(value) for name, value in element.items()}
        vr, values = element["vr"], element.get("Value")
        if not values or vr not in TOKEN_VRS:
            # a date has no token, and of a sequence or of bytes nothing can be said
            return {"vr": vr}
        if vr == "PN":
            return {"vr": vr, "Value": [{"Alphabetic": self.token(_alphabetic(value))} for value in values]}
        return {"vr": vr, "Value": [self.token(str(value)) for value in values]}

    def _hidden(self, value: Any) -> Any:
        """A value of a patient's attribute in whatever shape; what says nothing stays as it is."""
        match value:
            case str():
                return self.token(value)
            case list():
                return [self._hidden(one) for one in value]
            case dict():
                return {name: self._hidden(one) for name, one in value.items()}
        return value


def _alphabetic(value: Any) -> str:
    return "=".join(str(one) for one in value.values()) if isinstance(value, dict) else str(value)
