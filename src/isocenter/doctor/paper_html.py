"""A paper as one HTML page that needs nothing else: no script, no font, no picture from anywhere. It prints as it looks.

Every value is escaped; what came from another device cannot become markup.
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files

from isocenter.doctor.paper import (
    Block,
    Callout,
    Cell,
    Code,
    Fields,
    Grid,
    Heading,
    NewPage,
    Pairs,
    Paper,
    Points,
    Prose,
    moment,
    plain,
)
from isocenter.doctor.qr_code import modules

_SHAPES = {
    "good": '<svg class="good" viewBox="0 0 8 8" role="img" aria-label="good"><circle cx="4" cy="4" r="3.5"/></svg>',
    "warn": '<svg class="warn" viewBox="0 0 8 8" role="img" aria-label="mind"><path d="M4 .5 7.8 7.5H.2z"/></svg>',
    "bad": '<svg class="bad" viewBox="0 0 8 8" role="img" aria-label="bad"><path d="M.5.5h7v7h-7z"/></svg>',
    "quiet": '<svg class="quiet" viewBox="0 0 8 8" role="img" aria-label="none"><circle cx="4" cy="4" r="3"/></svg>',
    "": "",
}


@cache
def _style() -> str:
    return files("isocenter.doctor").joinpath("tables", "paper.css").read_text(encoding="utf-8").strip()


def html(paper: Paper) -> str:
    """The whole page, in UTF-8 when it is written."""
    title = escape(plain(paper.title))
    subtitle = f"<p>{escape(plain(paper.subtitle))}</p>" if paper.subtitle else ""
    body = "\n".join(_block(block) for block in paper.blocks)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>\n{_style()}\n</style>\n</head>\n<body>\n<header><h1>{title}</h1>{subtitle}</header>\n"
        f"<main>\n{body}\n</main>\n<footer>{escape(plain(paper.foot))} · {moment(paper.made)}</footer>\n</body>\n</html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading(words, level):
            return f"<h{level + 1}>{escape(plain(words))}</h{level + 1}>"
        case Prose(words, tone):
            return f'<p class="{tone}">{escape(plain(words))}</p>' if tone else f"<p>{escape(plain(words))}</p>"
        case Points(items):
            return "<ul>" + "".join(f"<li>{escape(plain(item))}</li>" for item in items) + "</ul>"
        case Pairs(rows, qr):
            listed = "".join(f"<dt>{escape(plain(name))}</dt><dd>{_cell(value)}</dd>" for name, value in rows)
            return f'<div class="pairs"><dl>{listed}</dl>{_code_picture(qr)}</div>'
        case Grid(head, rows, widths):
            return _grid(head, rows, widths)
        case Code(code, caption, then):
            above = f"<figcaption>{escape(plain(caption))}</figcaption>" if caption else ""
            below = f'<p class="then">{escape(plain(then))}.</p>' if then else ""
            return f"<figure>{above}<pre>{escape(plain(code))}</pre>{below}</figure>"
        case Callout(tone, heading, words):
            said = f"<p>{escape(plain(words))}</p>" if words else ""
            return f'<div class="callout of-{tone}">{_SHAPES[tone]}<strong>{escape(plain(heading))}</strong>{said}</div>'
        case Fields(names):
            return '<div class="fields">' + "".join(f"<span>{escape(name)}</span>" for name in names) + "</div>"
        case NewPage():
            return '<div class="page"></div>'


def _grid(head: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...], widths: tuple[float, ...]) -> str:
    columns = "".join(f'<col style="width:{100 * width / sum(widths):.1f}%">' for width in widths)
    above = "".join(f"<th>{escape(plain(name))}</th>" for name in head)
    below = "".join("<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<colgroup>{columns}</colgroup><thead><tr>{above}</tr></thead><tbody>{below}</tbody>"
    return f'<div class="wide"><table>{table}</table></div>'


def _cell(cell: Cell) -> str:
    words = "<br>".join(f"<bdi>{escape(line)}</bdi>" for line in plain(cell.text).split("\n"))
    return _SHAPES[cell.tone] + (f'<span class="mono">{words}</span>' if cell.mono else words)


def _code_picture(text: str) -> str:
    """A QR code with its quiet zone of four modules as a picture in the page."""
    rows = modules(text) if text else ()
    if not rows:
        return ""
    size = len(rows) + 8
    path = "".join(f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    said = escape(text.replace("\n", ", "), quote=True)
    return (
        f'<svg viewBox="0 0 {size} {size}" role="img" aria-label="QR code: {said}" shape-rendering="crispEdges">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}"/></svg>'
    )
