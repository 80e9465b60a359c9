"""Write web/src/imaging/keywords.ts: the keyword and tag of each attribute that an image can be described with.

The table is pydicom's dictionary of PS3.6, without retired attributes and without the groups that no image has.
`python tools/generate_web_keywords.py`, or `--check` to compare only.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pydicom.datadict import DicomDictionary

TARGET = Path(__file__).parent.parent / "web" / "src" / "imaging" / "keywords.ts"
GROUPS = (
    0x0008, 0x0010, 0x0012, 0x0014, 0x0018, 0x0020, 0x0022, 0x0028, 0x0032, 0x0038, 0x0040, 0x0042, 0x0048, 0x0052,
    0x0054, 0x0062, 0x0088, 0x2050, 0x3002, 0x3004, 0x3006, 0x5200, 0x7FE0,
)  # fmt: skip
HEAD = """\
/**
 * Which tag a keyword stands for (PS3.6), of the attributes that images are described with.
 *
 * Made by tools/generate_web_keywords.py from pydicom's dictionary; not edited by hand.
 */

// biome-ignore format: one line a group keeps the table short
const GROUPS: readonly string[] = [
"""
FOOT = """\
];

const TAGS = new Map<string, string>();
for (const group of GROUPS) {
  const [number = "", ...pairs] = group.split(" ");
  for (const pair of pairs) TAGS.set(pair.slice(4), number + pair.slice(0, 4));
}

/** The tag of a keyword, as DICOM JSON writes it; a keyword that is not in the table is a mistake of whoever asks. */
export function tagOf(keyword: string): string {
  const tag = TAGS.get(keyword);
  if (tag === undefined) throw new Error(`${keyword} is no keyword of an attribute that images have`);
  return tag;
}
"""


def written() -> str:
    """The whole file."""
    lines = []
    for group in GROUPS:
        pairs = [
            f"{tag & 0xFFFF:04X}{entry[4]}"
            for tag, entry in sorted(DicomDictionary.items())
            if tag >> 16 == group and entry[4] and not entry[3]
        ]
        lines.append(f'  "{group:04X} {" ".join(pairs)}",\n')
    return HEAD + "".join(lines) + FOOT


def main(arguments: list[str]) -> int:
    """0 where the file is as it should be, or was written."""
    if "--check" in arguments:
        return 0 if TARGET.read_text(encoding="utf-8") == written() else 1
    TARGET.write_text(written(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
