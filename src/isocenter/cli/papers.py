"""How a paper leaves the command line: on the terminal, or as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isocenter.base.errors import UsageError
from isocenter.cli.terminal import say

if TYPE_CHECKING:
    from isocenter.doctor.paper import Paper

PdfFile = Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Write it as PDF.")]
HtmlFile = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write it as one HTML page that needs nothing else.")]


def deliver(paper: Paper, pdf: Path | None, html: Path | None) -> None:
    """Write the files that were asked for, or say it. Raises UsageError where a file cannot be written."""
    from isocenter.daemon.paperwork import document

    files = [(pdf, document(paper, "pdf"))] if pdf else []
    files += [(html, document(paper, "html"))] if html else []
    for path, content in files:
        try:
            path.write_bytes(content)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
        say(f"{path} is written.")
    if not files:
        for line in document(paper, "text").decode("utf-8").splitlines():
            say(line)
