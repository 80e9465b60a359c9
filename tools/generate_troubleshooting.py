"""Write docs/troubleshooting.md from the doctor's tables: `python tools/generate_troubleshooting.py`, or `--check` to compare only.

The guide cannot say other than the program: faults, what the doctor says of each, log lines, codes and the lines to type are the
tables that it works by.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs/troubleshooting.md"

TOP = """# Troubleshooting

Two devices do not talk: what is seen, what it means, which side changes what, and the line to type. Written from the tables of
`isocenter/doctor/tables` by `python tools/generate_troubleshooting.py`, so that it says what the program says.

```
isocenter doctor NODE        climbs the layers below, and stops where one fails
isocenter explain FILE       tells what the lines of a log mean
```

Both name a fault by its identifier, such as `A16`; it has its place here, and a page of its own at `/api/faults/A16`.
OUR_TITLE, OUR_ADDRESS and OUR_PORT are the device that you set up; THEIR_TITLE, HOST and PORT are the other one. The order is that
of the ladder: what stands higher can only be tried when all below it is well.
"""

OUTCOMES = {
    "ours": "our side",
    "theirs": "the other side",
    "between": "the network between",
    "undecided": "depends, or cannot be told from outside",
}
SOURCES = {
    "obs": "seen between real products",
    "docs": "documentation or a public thread",
    "K": "the standard's own text, or not checked",
}


_SAID_MAX = 4
"""Headlines of the doctor that are shown with one fault: the likeliest ones of its tables."""


def plain(text: str) -> str:
    """Text that Markdown leaves alone."""
    return re.sub(r"([\\`*<>|\[\]#]|(?<!\w)_|_(?!\w))", r"\\\1", text)


def code(text: str) -> str:
    """Text as code, whatever marks are in it."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")


def link(identifier: str) -> str:
    return f"[{identifier}](#{identifier.lower()})"


def linked(text: str, known: frozenset[str]) -> str:
    """Plain text in which the identifiers of faults lead to their places."""
    return re.sub(
        r"\b(?:N|R|T|P|S|A|C|E|Q|ST|M|G|K|W|X|H)\d{1,2}\b",
        lambda found: link(found[0]) if found[0] in known else found[0],
        plain(text),
    )


def table(*rows: tuple[str, ...]) -> list[str]:
    """A Markdown table; the first row is its heading."""
    head, *body = rows
    return [f"| {' | '.join(row)} |" for row in [head, ("---",) * len(head), *body]]


def faults() -> list[str]:
    """Every fault under its family, with what the doctor and logs say of it."""
    from isocenter.doctor import diagnosis, fault_table, log_patterns

    rows = fault_table.faults()
    known = frozenset(rows)
    said: dict[str, list[str]] = {}
    for sign in diagnosis.signs().values():
        for identifier in sign.causes[:1]:
            said.setdefault(identifier, []).append(fault_table.filled(sign.headline, {}))
    lines_of: dict[str, list[tuple[str, str]]] = {}
    for product in log_patterns.products().values():
        for pattern in product.patterns:
            for identifier in pattern.faults[:1]:
                lines_of.setdefault(identifier, []).append((product.name, pattern.example))
    page: list[str] = []
    for family, heading in fault_table.FAMILIES.items():
        mine = [row for row in rows.values() if row.family == family]
        page += ["", f"## {heading}", ""]
        page += table(
            ("fault", "what is wrong", "who changes something"),
            *((link(row.identifier), plain(fault_table.filled(row.fault, {})), OUTCOMES[row.side.value]) for row in mine),
        )
        for row in mine:
            page += one(row, known, said.get(row.identifier, []), lines_of.get(row.identifier, []))
    return page


_SEEN = re.compile(
    r"\b\d/\d/\d\b|\b000[6b]:[0-9a-f]{4}\b|\bE[A-Z]{5,12}\b"
    r"|\b(?:A[0-9A-F]{3}|B00[0-9]|C[0-9]{3}|FE00|FF01|01[0-3][0-9]|021[0-3])\b"
)
"""Rejections, codes of DCMTK, statuses and errors of the system, as the sentences name them."""


def by_what_is_seen() -> list[str]:
    """The codes that somebody may have before them, with the faults whose signs name them."""
    from isocenter.doctor import fault_table

    found: dict[str, list[str]] = {}
    for row in fault_table.faults().values():
        for said in dict.fromkeys(_SEEN.findall(row.seen)):
            found.setdefault(said, []).append(row.identifier)
    rows = [(f"`{said}`", " ".join(map(link, identifiers))) for said, identifiers in sorted(found.items())]
    return [
        "",
        "## By what is seen",
        "",
        "Rejections as result/source/reason, statuses, codes of DCMTK (`0006:`, `000b:`) and errors of the system.",
        "",
        *table(("seen", "may be"), *rows),
    ]


def one(row, known: frozenset[str], said: list[str], lines: list[tuple[str, str]]) -> list[str]:
    """One fault."""
    cause = row.cause({})
    page = ["", f"### {row.identifier}", "", f"**{plain(cause.sentence)}**", ""]
    if row.seen:
        page.append(f"- Seen: {linked(row.seen, known)}")
    if row.tell_from:
        page.append(f"- Told from others: {linked(row.tell_from, known)}")
    page += [f"- On our side: {linked(sentence, known)}" for sentence in cause.here]
    page += [
        f"- {'' if sentence.startswith('Ask ') else 'Ask of the other side: '}{linked(sentence, known)}" for sentence in cause.there
    ]
    if said:
        page.append(f"- The doctor says: {'; '.join(f'“{plain(words)}”' for words in list(dict.fromkeys(said))[:_SAID_MAX])}")
    for product, example in lines:
        page.append(f"- {product} writes: {code(example.strip())}")
    page.append(f"- Known from: {', '.join(dict.fromkeys(source(one) for one in row.sources))}")
    return page


def source(tag: str) -> str:
    words = SOURCES.get(tag)
    return words if words else f"read in `{tag.removeprefix('read ')}`" if tag != "read" else "read in the source"


def untellable() -> list[str]:
    """What cannot be told apart."""
    from isocenter.doctor import fault_table

    rows = [
        (plain(row.seen), plain("; ".join(row.may_be)), " ".join(map(link, row.faults)), plain(fault_table.filled(row.say, {})))
        for row in fault_table.untellable()
    ]
    return [
        "",
        "## What cannot be told apart",
        "",
        "Some things look the same from outside. The doctor says so, and does not guess.",
        "",
        *table(("seen", "may be", "faults", "what is said, and what decides"), *rows),
    ]


def to_type() -> list[str]:
    """The lines to type on the other side, product by product."""
    from isocenter.doctor import products

    ours = products.Own("OUR_TITLE", "OUR_ADDRESS", "OUR_PORT", "OUR_WEB_PORT", "our_node")
    theirs = products.Own("THEIR_TITLE", "HOST", "PORT")
    page = [
        "",
        "## What to type on the other side",
        "",
        "So that it knows OUR_TITLE at OUR_ADDRESS, as seen from that machine. `isocenter sheet NODE` prints this for a pair of",
        "devices, filled in.",
    ]
    for product in products.products():
        page += ["", f"### {product.name}", ""]
        for line in products.lines(ours, product.key, theirs=theirs, is_only=True):
            page += [f"{plain(line.where)}:", "", "```", line.text, "```", ""]
            if line.then:
                page += [f"Then: {plain(line.then)}.".replace("..", "."), ""]
        page += [f"- {plain(sentence)}" for sentence in (product.restart, product.checks, *product.traps) if sentence]
    return page


def firewall() -> list[str]:
    """What opens the port here."""
    from isocenter.doctor import products

    page = ["", "## The firewall of this computer", "", "For callers from outside, TCP on OUR_PORT."]
    for one in products.firewalls():
        here = products.Own("OUR_TITLE", "", "OUR_PORT")
        page += ["", f"### {one.name}", ""]
        if one.text:
            page += ["```", products.filled(one.text, here, here, ""), "```"]
        if one.remark:
            page += [plain(products.filled(one.remark, here, here, ""))]
    return page


def codes() -> list[str]:
    """Statuses that mean something of their own to one product."""
    from isocenter.doctor import private_codes

    rows = [
        (f"`{row.code:04X}`", row.product or "any", ", ".join(row.services), plain(row.meaning))
        for row in sorted(private_codes.codes(), key=lambda row: (row.product.lower(), row.services, row.code))
    ]
    return [
        "",
        "## Statuses with a meaning of one product",
        "",
        "The standard's own statuses, rejections and aborts are in [codes](codes.md).",
        "",
        *table(("status", "product", "services", "meaning"), *rows),
    ]


def logs() -> list[str]:
    """Every line of a log that is known, product by product."""
    from isocenter.doctor import log_patterns

    page = ["", "## Lines of logs", "", "What `isocenter explain` knows: the text that is looked for, the first that fits wins."]
    for product in log_patterns.products().values():
        rows = [
            (
                code(pattern.pattern),
                pattern.layer,
                plain(re.sub(r"\{(\d)\}", "…", pattern.cause)),
                plain(re.sub(r"\{(\d)\}", "…", pattern.remedy)) or "nothing",
                " ".join(map(link, pattern.faults)),
            )
            for pattern in product.patterns
        ]
        page += ["", f"### Log of {product.name}", ""]
        page += table(("text", "layer", "meaning", "remedy", "faults"), *rows)
    return page


def render() -> str:
    page = [TOP.rstrip("\n"), *by_what_is_seen(), *faults(), *untellable(), *to_type(), *firewall(), *codes(), *logs(), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in page))


def main(arguments: list[str]) -> int:
    """See `written`."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from tools.written import written

    return written(TARGET, render(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
