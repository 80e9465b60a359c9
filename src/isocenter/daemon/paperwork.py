"""Setup sheets and reports of a house: its nodes and checkups go in, papers in the form that was asked for come out.

The doctor's rooms and what sets a PDF are loaded with the first question. Nothing here calls another device.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isocenter import __version__
from isocenter.archive.index_file import IndexFile
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.layout import BLOBS, INDEX
from isocenter.archive.sent_lately import IndexSenders
from isocenter.base.clock import Clock, SystemClock
from isocenter.base.config import Settings
from isocenter.base.errors import IsocenterError, UsageError
from isocenter.base.limits import PAPER_SHEETS_MAX
from isocenter.daemon.kept_reports import KeptReports
from isocenter.jobs.standings import Standings
from isocenter.model.checkup import Checkup, Line
from isocenter.model.ports import Catalogue, Pictures
from isocenter.model.records import Instance, Node
from isocenter.model.report import Difference, Report, Sample
from isocenter.model.setup_sheet import End, ProductOffered, Sheet
from isocenter.net import ports
from isocenter.nodes import wildcard
from isocenter.nodes.address import is_this_computer
from isocenter.web.paperwork import ANY, Form, SheetAsked, Typed

if TYPE_CHECKING:
    from isocenter.daemon.compose import House
    from isocenter.daemon.library import Shelves
    from isocenter.doctor.paper import Paper

LOOPBACK = "127.0.0.1"

_log = logging.getLogger("isocenter.daemon")

Described = Callable[[Sequence[Instance]], list[dict[str, Any]]]
"""The attributes of instances, in the DICOM JSON Model."""


@dataclass(frozen=True, slots=True)
class HousePaperwork:
    """The port `web.paperwork.Paperwork`. `latest` are the checkups of this process, the latest first."""

    settings: Callable[[], Settings]
    kept: KeptReports
    standings: Standings
    latest: Callable[[], Sequence[Checkup]]
    senders: IndexSenders
    catalogue: Catalogue
    pictures: Pictures
    clock: Clock

    def products(self) -> Sequence[ProductOffered]:
        """See the port."""
        from isocenter.doctor import setup_sheet

        return setup_sheet.offered()

    def known_product(self, node: Node) -> str:
        """See the port."""
        from isocenter.doctor import products

        story = self.standings.story(node)
        said = [checkup.product for checkup in self.latest() if checkup.node == node.name]
        said += [report.checkup.product for report in self.kept.listed() if report.checkup.node == node.name][:1]
        said.append(products.recognise(story.implementation_class_uid, story.implementation_version_name))
        said.append(products.recognise(story.calls.implementation_class_uid, story.calls.implementation_version_name))
        known = (products.product_of(words) for words in said if words)
        return next((product.key for product in (*known, products.product_by_title(node.ae_title)) if product is not None), "")

    def own_lines(self, address: str) -> Sequence[Line]:
        """See the port."""
        from isocenter.doctor import products

        settings = self.settings()
        return products.lines(products.Own(settings.aet, address, settings.port, settings.http or settings.port))

    def sheet(self, asked: SheetAsked) -> Sheet:
        """See the port."""
        from isocenter.doctor import setup_sheet

        node = end_of(asked.node, self._product(asked.node, asked.product))
        if asked.other is not None:
            return setup_sheet.sheet(end_of(asked.other, self._product(asked.other, asked.other_product)), node)
        return setup_sheet.sheet(this_device(self.settings(), asked.node.host, asked.address, asked.node.local_ae_title), node)

    def _product(self, node: Node, asked: str) -> str:
        return "" if asked == ANY else asked or self.known_product(node)

    def sheet_document(self, asked: SheetAsked, form: Form) -> bytes:
        """See the port."""
        from isocenter.doctor import setup_sheet

        return document(setup_sheet.paper(self.sheet(asked), self.clock.now()), form)

    def department(self, nodes: Sequence[Node], form: Form) -> bytes:
        """See the port."""
        from isocenter.doctor import setup_sheet

        sheets = [self.sheet(SheetAsked(node)) for node in single_devices(nodes)]
        return document(setup_sheet.department(sheets, self.clock.now()), form)

    def keep(self, checkup: Checkup, typed: Typed) -> Report:
        """See the port."""

        def described(instances: Sequence[Instance]) -> list[dict[str, Any]]:
            return [json.loads(one) for one in self.pictures.metadata(instances, "{path}")]

        return keep(self.kept, checkup, typed, self.clock, _sample(checkup, self.senders, self.catalogue, described, self.clock))

    def reports(self) -> Sequence[Report]:
        """See the port."""
        return self.kept.listed()

    def report(self, token: str) -> Report:
        """See the port."""
        return self.kept.report(token)

    def remove(self, token: str) -> None:
        """See the port."""
        self.kept.remove(token)

    def difference(self, token: str, before: str) -> Difference | None:
        """See the port."""
        return difference_of(self.kept, token, before)

    def report_document(self, token: str, form: Form, before: str = "") -> bytes:
        """See the port."""
        return report_document(self.kept, token, form, before)


def keep(kept: KeptReports, checkup: Checkup, typed: Typed, clock: Clock, sample: Sample | None) -> Report:
    """Write a checkup down as a report. Raises UsageError for one that is still under way."""
    if checkup.ended is None:
        raise UsageError("This checkup is still under way: a report is made when it has ended.")
    return kept.keep(
        Report(
            token="",
            kept=clock.now(),
            checkup=checkup,
            technician=typed.technician,
            work_order=typed.work_order,
            site=typed.site,
            remark=typed.remark,
            sample=sample,
            version=__version__,
        )
    )


def keep_offline(folder: Path, checkup: Checkup, typed: Typed) -> Report:
    """The same for a command: the archive in `folder`, running or not, is only read, and need not be there."""
    clock, sample = SystemClock(), None
    if (folder / BLOBS).is_dir() and (folder / INDEX).is_dir():
        from isocenter.daemon import library

        reader = IndexReader(IndexFile(folder / INDEX))
        try:
            with library.open_for_reading(folder) as shelves:
                catalogue = shelves.catalogue
                sample = _sample(checkup, IndexSenders(reader), catalogue, partial(_described_by_files, shelves), clock)
        finally:
            reader.close()
    return keep(KeptReports(folder), checkup, typed, clock, sample)


def _described_by_files(shelves: Shelves, instances: Sequence[Instance]) -> list[dict[str, Any]]:
    import pydicom

    found = []
    for instance in instances:
        path = shelves.path_of(instance.sop_instance_uid)
        assert path is not None, "the catalogue has just told it"
        found.append(pydicom.dcmread(path, stop_before_pixels=True).to_json_dict(suppress_invalid_tags=True))
    return found


def _sample(checkup: Checkup, senders: IndexSenders, catalogue: Catalogue, described: Described, clock: Clock) -> Sample | None:
    """What a title sent lately; None where its headers cannot be read now, which must not cost the report."""
    from isocenter.doctor.sample_checks import Header, sample

    try:
        found = [catalogue.instance(uid) for uid in senders.latest_of(checkup.ae_title)]
        instances = [instance for instance in found if instance is not None]
        attributes = described(instances) if instances else []
    except (IsocenterError, OSError, ValueError, AttributeError) as error:
        _log.warning("What %s sent is not in its report: %s", checkup.node, error)
        return None
    headers = [
        Header(values, one.received, one.sop_class_uid, one.transfer_syntax)
        for one, values in zip(instances, attributes, strict=True)
    ]
    return sample(headers, local=clock.now().astimezone().tzinfo or UTC)


def house_paperwork(house: House, latest: Callable[[], Sequence[Checkup]], senders: IndexSenders) -> HousePaperwork:
    """Join it; `latest` are the checkups of this process, the latest first."""
    return HousePaperwork(
        settings=lambda: house.settings,
        kept=KeptReports(house.place.folder),
        standings=house.standings,
        latest=latest,
        senders=senders,
        catalogue=house.catalogue,
        pictures=house.pictures,
        clock=SystemClock(),
    )


def single_devices(nodes: Sequence[Node]) -> list[Node]:
    """Those that stand for one device each, as many as a document may have and one more."""
    return [node for node in nodes if wildcard.is_one_device(node)][: PAPER_SHEETS_MAX + 1]


def reported_product(folder: Path, node: Node) -> str:
    """What the latest report of a node saw, for a command that has no running house to ask; else what its title says."""
    from isocenter.doctor.products import product_by_title, product_of

    reports = [report for report in KeptReports(folder).listed() if report.checkup.node == node.name]
    known = (product_of(reports[0].checkup.product) if reports else None) or product_by_title(node.ae_title)
    return known.key if known else ""


def difference_of(kept: KeptReports, token: str, before: str) -> Difference | None:
    """See the port `Paperwork`. Raises UsageError for reports of different nodes."""
    from isocenter.doctor.difference import difference

    report = kept.report(token)
    if before:
        earlier = kept.report(before)
        if earlier.checkup.node != report.checkup.node:
            raise UsageError(f"{earlier.token} is a report of {earlier.checkup.node}, {report.token} of {report.checkup.node}.")
    else:
        same = [one for one in kept.listed() if one.checkup.node == report.checkup.node and one.kept < report.kept]
        if not same:
            return None
        earlier = kept.report(same[0].token)
    if earlier.kept > report.kept:
        earlier, report = report, earlier
    return difference(earlier, report)


def report_document(kept: KeptReports, token: str, form: Form, before: str = "") -> bytes:
    """See the port `Paperwork`."""
    from isocenter.doctor import report

    changes = difference_of(kept, token, before) if before else None
    return document(report.paper(kept.report(token), changes=changes), form)


def document(paper: Paper, form: Form) -> bytes:
    """A paper in one of its forms; text and HTML are UTF-8."""
    from isocenter.doctor import paper_html, paper_pdf, paper_text

    if form == "pdf":
        return paper_pdf.pdf(paper)
    return (paper_html.html(paper) if form == "html" else paper_text.text(paper)).encode("utf-8", "replace")


def end_of(node: Node, product: str) -> End:
    """A node as one end of a pair."""
    return End(node.name, node.ae_title, node.host, node.port, product, notes=node.notes)


def this_device(settings: Settings, towards: str, address: str = "", called: str = "") -> End:
    """This computer as one end, at the address that the host `towards` can reach, or at `address` where it is given.

    `called` is the title that it calls that one under, where it is not its own.
    """
    from isocenter.doctor import products

    here = address or nearest(settings, towards)
    opens = "" if here == LOOPBACK else products.firewall(settings.port, settings.aet).text
    title = called or settings.aet
    return End(title, title, here, settings.port, "isocenter", settings.http, opens)


def nearest(settings: Settings, towards: str) -> str:
    """The address of ours that a host would use: in its own network where there is one, else the first; never by asking a name."""
    if not settings.listens_everywhere:
        return settings.listen
    if is_this_computer(towards):
        return LOOPBACK
    own = ports.own_interfaces()
    try:
        there = ip_address(towards.strip("[]"))
    except ValueError:
        there = None
    for one in own:
        if there is not None and one.network and there in ip_network(one.network):
            return one.address
    same_kind = [one.address for one in own if there is None or ip_address(one.address).version == there.version]
    return next(iter(same_kind), own[0].address if own else LOOPBACK)
