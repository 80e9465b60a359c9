"""Letters for pictures: lines of plain text drawn into an array of pixels.

Text comes in, an array of zeros and ones goes out. The letters are 5 x 7 points, one byte a column, the lowest bit on top; a
character that is not printable ASCII becomes a question mark. No font is read: the same text looks the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Marks = np.ndarray[Any, np.dtype[np.uint8]]

_LETTERS = bytes.fromhex(
    "0000000000" "00005f0000" "0007000700" "147f147f14" "242a7f2a12" "2313086462" "3649552250" "0005030000"
    "001c224100" "0041221c00" "14083e0814" "08083e0808" "0050300000" "0808080808" "0060600000" "2010080402"
    "3e5149453e" "00427f4000" "4261514946" "2141454b31" "1814127f10" "2745454539" "3c4a494930" "0171090503"
    "3649494936" "064949291e" "0036360000" "0056360000" "0814224100" "1414141414" "0041221408" "0201510906"
    "324979413e" "7e1111117e" "7f49494936" "3e41414122" "7f4141221c" "7f49494941" "7f09090901" "3e4149497a"
    "7f0808087f" "00417f4100" "2040413f01" "7f08142241" "7f40404040" "7f020c027f" "7f0408107f" "3e4141413e"
    "7f09090906" "3e4151215e" "7f09192946" "4649494931" "01017f0101" "3f4040403f" "1f2040201f" "3f4038403f"
    "6314081463" "0708700807" "6151494543" "007f414100" "0204081020" "0041417f00" "0402010204" "4040404040"
    "0001020400" "2054545478" "7f48444438" "3844444420" "384444487f" "3854545418" "087e090102" "0c5252523e"
    "7f08040478" "00447d4000" "2040443d00" "7f10284400" "00417f4000" "7c04180478" "7c08040478" "3844444438"
    "7c14141408" "081414187c" "7c08040408" "4854545420" "043f444020" "3c4040207c" "1c2040201c" "3c4030403c"
    "4428102844" "0c5050503c" "4464544c44" "0008364100" "00007f0000" "0041360800" "1008081008"
)  # fmt: skip
_COLUMNS, _ROWS, _FIRST = 5, 7, 0x20
_ADVANCE, _LINE = 6, 10


def lines(texts: Sequence[str], scale: int = 1) -> Marks:
    """The texts one below the other, `scale` pixels to a point; 1 where there is ink."""
    width = max((len(text) for text in texts), default=0) * _ADVANCE
    found: Marks = np.zeros((len(texts) * _LINE, max(width, 1)), np.uint8)
    for number, text in enumerate(texts):
        for place, character in enumerate(text):
            top, left = number * _LINE + 1, place * _ADVANCE
            found[top : top + _ROWS, left : left + _COLUMNS] = _letter(character)
    return np.kron(found, np.ones((scale, scale), np.uint8))


def _letter(character: str) -> Marks:
    code = ord(character) if " " <= character <= "~" else ord("?")
    start = (code - _FIRST) * _COLUMNS
    columns = np.frombuffer(_LETTERS[start : start + _COLUMNS], np.uint8)
    return ((columns[None, :] >> np.arange(_ROWS, dtype=np.uint8)[:, None]) & 1).astype(np.uint8)
