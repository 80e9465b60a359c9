"""A paper as PDF on A4, set by reportlab, which is loaded when the first one is made.

What a device sent is text, never markup. Letters that cannot be set are written as their numbers, and the paper says so at its end.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from isocenter.doctor import typefaces
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

_INK, _SECOND, _LINE, _WELL = "#1a1e25", "#57606b", "#d8dce1", "#f5f6f8"
_TONES = {"good": "#1a7f37", "warn": "#8f6200", "bad": "#c62f28", "quiet": _SECOND, "": _INK}
_SIZE, _MONO_SIZE, _LEADING = 9.0, 8.0, 12.5
_MARGIN = 46.0
_FRAME = 6.0
"""What reportlab keeps free within the margins of a page."""

_CODE_COLUMNS = 98
"""How many letters of `_MONO_SIZE` fit between the margins of A4, within the padding of a box."""


def pdf(paper: Paper) -> bytes:
    """The whole document."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    stream = io.BytesIO()
    document = SimpleDocTemplate(
        stream, pagesize=A4, leftMargin=_MARGIN - _FRAME, rightMargin=_MARGIN - _FRAME, topMargin=_MARGIN - 8,
        bottomMargin=_MARGIN + 6, title=plain(paper.title), author="Isocenter", creator="Isocenter", invariant=1,
    )  # fmt: skip
    setting = _Setting(document.width - 2 * _FRAME)
    flow = [*setting.head(paper), *(one for block in paper.blocks for one in setting.block(block)), *setting.end()]
    foot = _foot(paper)
    document.build(flow, onFirstPage=foot, onLaterPages=foot)
    return stream.getvalue()


def _foot(paper: Paper) -> Callable[[Any, Any], None]:
    from reportlab.lib.colors import HexColor

    def draw(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFillColor(HexColor(_SECOND))
        x, size = _MARGIN, _MONO_SIZE - 0.5
        for typeface, run in typefaces.runs(plain(f"{paper.foot} · {moment(paper.made)}"), typefaces.BODY):
            canvas.setFont(typeface, size)
            canvas.drawString(x, _MARGIN - 14, run)
            x += canvas.stringWidth(run, typeface, size)
        canvas.setFont(typefaces.BODY, size)
        canvas.drawRightString(document.pagesize[0] - _MARGIN, _MARGIN - 14, str(canvas.getPageNumber()))
        canvas.restoreState()

    return draw


class _Setting:
    """One document under way; counts the letters that could not be set."""

    def __init__(self, width: float) -> None:
        self._width = width
        self._unset = 0

    def head(self, paper: Paper) -> list[Any]:
        from reportlab.platypus import HRFlowable

        parts = [self._paragraph(paper.title, typefaces.BOLD, 18.0, leading=24.0)]
        if paper.subtitle:
            parts.append(self._paragraph(paper.subtitle, colour=_SECOND, after=4))
        return [*parts, HRFlowable(width="100%", thickness=1.4, color=_INK, spaceBefore=4, spaceAfter=12)]

    def end(self) -> list[Any]:
        if not self._unset:
            return []
        said = "1 letter has" if self._unset == 1 else f"{self._unset} letters have"
        return [self._paragraph(
            f"{said} no typeface on the computer that made this PDF, and are written as numbers such as [U+0627]. "
            "The same paper as HTML shows them.", colour=_SECOND, before=10,
        )]  # fmt: skip

    def block(self, block: Block) -> Iterator[Any]:
        from reportlab.platypus import CondPageBreak, PageBreak

        match block:
            case Heading(words, 1):
                yield CondPageBreak(_HEADING_ROOM)
                yield self._paragraph(words, typefaces.BOLD, 13.0, leading=17.0, before=9, after=4)
            case Heading(words):
                yield CondPageBreak(_HEADING_ROOM / 2)
                yield self._paragraph(words, typefaces.BOLD, _SIZE + 0.5, before=6, after=3)
            case Prose(words, tone):
                yield self._paragraph(words, colour=_TONES[tone], after=6)
            case Points(items):
                for item in items:
                    yield self._paragraph(item, after=2, bullet=True)
                yield self._space(5)
            case Pairs(rows, qr):
                yield from self._pairs(rows, qr)
            case Grid(head, rows, widths):
                yield from self._grid(head, rows, widths)
            case Code(code, caption, then):
                yield from self._code(code, caption, then)
            case Callout(tone, heading, words):
                yield from self._callout(tone, heading, words)
            case Fields(names):
                yield from self._fields(names)
            case NewPage():
                yield PageBreak()

    def _markup(self, text: str, base: str) -> str:
        self._unset += typefaces.unset(text)
        parts = []
        for typeface, run in typefaces.runs(text, base):
            written = escape(run).replace("\n", "<br/>")
            parts.append(written if typeface == base else f'<font name="{typeface}">{written}</font>')
        return "".join(parts)

    def _paragraph(
        self, text: str, typeface: str = typefaces.BODY, size: float = _SIZE, *, leading: float = _LEADING, colour: str = _INK,
        before: float = 0, after: float = 0, bullet: bool = False,
        is_code: bool = False,
    ) -> Any:  # fmt: skip
        from reportlab.lib.colors import HexColor
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph, XPreformatted

        style = ParagraphStyle(
            "of the paper", fontName=typeface, fontSize=size, leading=leading, textColor=HexColor(colour), spaceBefore=before,
            spaceAfter=after, splitLongWords=True, leftIndent=10 if bullet else 0, bulletIndent=1,
            bulletFontName=typefaces.BODY, bulletFontSize=size,
        )  # fmt: skip
        if is_code:
            return XPreformatted(self._markup(text, typeface), style)
        return Paragraph(self._markup(plain(text), typeface), style, bulletText="•" if bullet else None)

    def _cell(self, cell: Cell) -> Any:
        words = self._paragraph(cell.text, typefaces.MONO if cell.mono else typefaces.BODY, _MONO_SIZE if cell.mono else _SIZE)
        if not cell.tone:
            return words
        return self._table([[_shape(cell.tone), words]], (11, None), (("TOPPADDING", (0, 0), (0, 0), 3.2),))

    def _pairs(self, rows: tuple[tuple[str, Cell], ...], qr: str) -> Iterator[Any]:
        drawn = _code_picture(qr) if qr else None
        room = self._width - (drawn.width + 12 if drawn is not None else 0)
        listed = [[self._paragraph(name, colour=_SECOND), self._cell(value)] for name, value in rows]
        names = min(118.0, room / 3)
        table = self._table(listed, (names, room - names), (("BOTTOMPADDING", (0, 0), (-1, -1), 2),)) if listed else self._space(1)
        if drawn is None:
            yield table
        else:
            yield self._table([[table, drawn]], (room, self._width - room), (("ALIGN", (1, 0), (1, 0), "RIGHT"),))
        yield self._space(4)

    def _grid(self, head: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...], widths: tuple[float, ...]) -> Iterator[Any]:
        is_narrow = len(head) > _COLUMNS_WIDE
        size = _NARROW_SIZE if is_narrow else _SIZE
        above = [self._paragraph(name, size=size, leading=size + 3, colour=_SECOND) for name in head]
        listed = [above, *([self._cell(cell) for cell in row] for row in rows)]
        columns = tuple(self._width * width / sum(widths) for width in widths)
        look = (
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-2, -1), 2 if is_narrow else 8),
        )  # fmt: skip
        yield self._table(listed, columns, look, repeated=1)
        yield self._space(8)

    def _code(self, code: str, caption: str, then: str) -> Iterator[Any]:
        from reportlab.platypus import KeepTogether

        lines = [part for line in plain(code).split("\n") for part in _folded(line)]
        if len(lines) > _CODE_LINES_MAX:
            lines = [*lines[:_CODE_LINES_MAX], f"and {len(lines) - _CODE_LINES_MAX} lines more, in the HTML of this paper"]
        parts = [self._paragraph(caption, colour=_SECOND, after=2)] if caption else []
        rows = [[self._paragraph(line or " ", typefaces.MONO, _MONO_SIZE, leading=11.0, is_code=True)] for line in lines]
        look = (
            ("BACKGROUND", (0, 0), (-1, -1), _WELL), ("BOX", (0, 0), (-1, -1), 0.5, _LINE), ("LEFTPADDING", (0, 0), (-1, -1), 7),
            ("TOPPADDING", (0, 0), (0, 0), 4), ("BOTTOMPADDING", (0, -1), (0, -1), 5),
        )  # fmt: skip
        parts.append(self._table(rows, (self._width,), look))
        if then:
            parts.append(self._paragraph(f"{then}.", size=_MONO_SIZE, colour=_SECOND, before=2))
        parts.append(self._space(5))
        yield KeepTogether(parts) if len(lines) <= _KEPT_LINES else parts[0]
        if len(lines) > _KEPT_LINES:
            yield from parts[1:]

    def _callout(self, tone: str, heading: str, words: str) -> Iterator[Any]:
        said = [self._paragraph(heading, typefaces.BOLD, 12.0, leading=16.0)]
        said += [self._paragraph(words, before=3)] if words else []
        look = (
            ("BOX", (0, 0), (-1, -1), 0.5, _LINE), ("LINEBEFORE", (0, 0), (0, -1), 3, _TONES[tone]),
            ("LEFTPADDING", (0, 0), (0, -1), 12), ("TOPPADDING", (0, 0), (-1, -1), 8), ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ("TOPPADDING", (0, 0), (0, -1), 12), ("RIGHTPADDING", (1, 0), (1, -1), 12),
        )  # fmt: skip
        yield self._table([[_shape(tone), said]], (26, self._width - 26), look)
        yield self._space(8)

    def _fields(self, names: tuple[str, ...]) -> Iterator[Any]:
        from reportlab.platypus import KeepTogether

        half = (self._width - 20) / 2
        drawn: list[Any] = []
        for at in range(0, len(names), 2):
            left, right = names[at], "".join(names[at + 1 : at + 2])
            cells = [self._paragraph(name, size=_MONO_SIZE, colour=_SECOND) for name in (left, "", right)]
            lines = tuple(("LINEABOVE", (place, 0), (place, 0), 0.5, _SECOND) for place, name in ((0, left), (2, right)) if name)
            drawn += [self._space(26), self._table([cells], (half, 20, half), lines)]
        yield KeepTogether(drawn)

    def _space(self, points: float) -> Any:
        from reportlab.platypus import Spacer

        return Spacer(1, points)

    def _table(self, rows: list[list[Any]], widths: tuple[float | None, ...], look: tuple[Any, ...], repeated: int = 0) -> Any:
        from reportlab.platypus import Table, TableStyle

        flat = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]  # fmt: skip
        return Table(rows, colWidths=widths, style=TableStyle([*flat, *look]), repeatRows=repeated, splitInRow=1, hAlign="LEFT")


_HEADING_ROOM = 150.0
"""What a heading wants to have below it on its page, in points."""

_COLUMNS_WIDE = 7
_NARROW_SIZE = 7.0
"""A table of more columns has smaller headings, so that no word of them is parted."""

_CODE_LINES_MAX = 300
"""Lines of one box: what a person copies has twenty."""

_KEPT_LINES = 30
"""A box of code of so many lines is not parted between two pages."""


def _folded(line: str) -> list[str]:
    """A line in parts that fit between the margins, parted at a space where there is one; what goes on is moved to the right."""
    parts, room, indent = [], _CODE_COLUMNS, ""
    while len(line) > room:
        space = line.rfind(" ", room // 2, room)
        at = space + 1 if space > 0 else room
        parts.append(indent + line[:at].rstrip())
        line, indent, room = line[at:], "    ", _CODE_COLUMNS - 4
    return [*parts, indent + line]


def _shape(tone: str) -> Any:
    """The lamp of a tone: disc, triangle, square or ring, so that it can be told without colours."""
    from reportlab.graphics.shapes import Circle, Drawing, Polygon, Rect
    from reportlab.lib.colors import HexColor

    colour = HexColor(_TONES[tone])
    drawing = Drawing(7, 7)
    if tone == "good":
        drawing.add(Circle(3.5, 3.5, 3.1, fillColor=colour, strokeColor=None))
    elif tone == "warn":
        drawing.add(Polygon([0.2, 0.4, 6.8, 0.4, 3.5, 6.6], fillColor=colour, strokeColor=None))
    elif tone == "bad":
        drawing.add(Rect(0.5, 0.5, 6, 6, fillColor=colour, strokeColor=None))
    else:
        drawing.add(Circle(3.5, 3.5, 2.7, fillColor=None, strokeColor=colour, strokeWidth=0.9))
    return drawing


def _code_picture(text: str) -> Any:
    """A QR code as one path of its dark runs."""
    from reportlab.graphics.shapes import Drawing, Path
    from reportlab.lib.colors import black

    rows = modules(text)
    if not rows:
        return None
    size = 92.0
    step = size / (len(rows) + 8)
    path = Path(fillColor=black, strokeColor=None)
    for y, row in enumerate(rows):
        top = size - (y + 4) * step
        for first, last in _dark_runs(row):
            left, right = (first + 4) * step, (last + 4) * step
            path.moveTo(left, top)
            path.lineTo(right, top)
            path.lineTo(right, top - step * 1.02)
            path.lineTo(left, top - step * 1.02)
            path.closePath()
    drawing = Drawing(size, size)
    drawing.add(path)
    return drawing


def _dark_runs(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """(first, behind the last) of the dark modules that stand together."""
    first = -1
    for place, is_dark in enumerate((*row, False)):
        if is_dark and first < 0:
            first = place
        elif not is_dark and first >= 0:
            yield first, place
            first = -1
