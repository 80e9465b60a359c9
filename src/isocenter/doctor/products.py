"""Other products in their own words: the line to type so that they know a device, and what they show of themselves.

Comes in: a title, an address and a port; or what an association, an answer to many contexts or a web server said. Goes out: lines
to copy, a product's name, the command that opens a port here. All of it stands in `tables/products.toml`, which is read at the
first question. Nothing here calls anybody.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from isocenter.base.config import BY_NAME
from isocenter.model.checkup import Line


@dataclass(frozen=True, slots=True)
class Own:
    """One end of a connection as the other one must enter it. `web_port` is that of its DICOMweb, `name` what it is saved under.

    `key` is the name of its entry in a product that has such names; empty takes its title in small letters.
    """

    ae_title: str
    host: str
    port: int
    web_port: int = BY_NAME["http"].default
    name: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One place where a product is told of a device. A title in which the regular expression `refuses` is found is none."""

    where: str
    text: str
    then: str = ""
    form: str = "text"
    quoting: str = ""
    refuses: str = ""
    refusal: str = ""
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """A product: where a device is entered, where it is told its own title and port, when that takes effect, and its traps.

    `kind` is archive, workstation, modality, browser, engine or tool. `own` is where its own title and port are set, None where it
    has none; `own_title` and `own_port` are what they are until somebody changes them.
    """

    key: str
    name: str
    kind: str
    aliases: tuple[str, ...]
    sources: tuple[str, ...]
    own_title: str
    own_port: int
    own: Form | None
    restart: str
    test: str
    test_says: str
    checks: str
    traps: tuple[str, ...]
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Firewall:
    """The command that lets others reach a TCP port; `text` is empty where there is none, and `remark` says what to do then."""

    key: str
    name: str
    text: str
    remark: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """What an implementation class UID names: a toolkit with its version, and what is built with it, likeliest first."""

    toolkit: str
    version: str
    products: tuple[str, ...]
    remark: str

    @property
    def name(self) -> str:
        """Such as `DCMTK 3.6.7`."""
        return f"{self.toolkit} {self.version}".strip()


@cache
def _tables() -> Mapping[str, Any]:
    text = files("isocenter.doctor").joinpath("tables", "products.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def products() -> tuple[Product, ...]:
    """All of them, in the order in which they are shown."""
    return tuple(_product(row) for row in _tables()["product"])


def _product(row: Mapping[str, Any]) -> Product:
    own = Form(row["own_where"], row["own_text"], row["own_then"], row.get("own_form", "text"), row.get("quoting", ""))
    named = ("key", "name", "kind", "own_title", "own_port", "restart", "checks")
    return Product(
        **{name: row[name] for name in named},
        aliases=tuple(row["aliases"]),
        sources=tuple(row["sources"]),
        own=own if own.where else None,
        test=row.get("test", ""),
        test_says=row.get("test_says", ""),
        traps=tuple(row["traps"]),
        forms=tuple(Form(**{**line, "text": line["text"].strip("\n")}) for line in row["line"]),
    )


def product_of(words: str) -> Product | None:
    """The product of a key, of its name, or of what `recognise` returned; None for an empty or an unknown one."""
    wanted = words.strip().lower()
    if not wanted:
        return None
    for one in products():
        if wanted in {one.key, one.name.lower()}:
            return one
    for row in sorted(_tables()["toolkit"], key=lambda row: -len(row["name"])):
        if f"{wanted} ".startswith(f"{row['name'].lower()} "):
            wanted = row["product"]
            return next((one for one in products() if one.key == wanted), None)
    return next((one for one in products() if any(wanted.startswith(alias) for alias in one.aliases)), None)


def product_by_title(ae_title: str) -> Product | None:
    """The product that has this title until somebody changes it: a guess, for a device that never spoke."""
    return next((one for one in products() if one.own_title and one.own_title == ae_title.strip()), None)


def usual_titles(product: str, port: int) -> tuple[str, ...]:
    """The titles that a device may have again after a reset: that of its product, and that of the one product with this port."""
    known = product_of(product)
    at_port = [one for one in products() if one.own_title and one.own_port == port]
    found = [one.own_title for one in (known, *(at_port if len(at_port) == 1 else ())) if one is not None and one.own_title]
    return tuple(dict.fromkeys(found))


def lines(
    ours: Own, product: str = "", *, theirs: Own | None = None, before: Own | None = None, is_only: bool = False
) -> tuple[Line, ...]:
    """What to type there so that it knows `ours`: every form of the recognised product first, then one form of each other.

    `product` is a key, a name, or what `recognise` returned. `theirs` is the product itself, where a line names it. `before` is how
    we are entered there now, where that is known. `is_only` leaves the other products out.
    """
    chosen = product_of(product)
    found: list[Line] = []
    for one in ([chosen] if chosen else []) + [other for other in products() if other is not chosen and not is_only]:
        forms = one.forms if one is chosen else one.forms[:1]
        found += [_line(one, form, ours, theirs, before) for form in forms]
    return tuple(found)


def own_line(theirs: Own, product: str) -> Line | None:
    """Where a product is told its own title and port; None for an unknown one, and for one that has none."""
    one = product_of(product)
    if one is None or one.own is None:
        return None
    return _line(one, one.own, theirs, theirs, None)


def echo_line(ours: Own, product: str, theirs: Own | None = None) -> tuple[str, str]:
    """How its user calls us by C-ECHO from there: a command or the name of a button, and what it says; empty where it has none."""
    one = product_of(product)
    if one is None:
        return "", ""
    them = theirs or _usual(one)
    return filled(one.test, ours, them, "shell" if "{" in one.test else ""), filled(one.test_says, ours, them, "shell")


def _line(product: Product, form: Form, ours: Own, theirs: Own | None, before: Own | None) -> Line:
    them = theirs or _usual(product)
    text = filled(form.text, ours, them, form.quoting)
    # What its entry is named nobody knows from outside, and need not be changed: both lines have the same name.
    key = ours.key or key_of(ours.ae_title)
    was = filled(form.text, replace(before, key=before.key or key), them, form.quoting) if before is not None else ""
    return Line(
        product=product.name,
        where=form.where,
        text=text,
        then=filled(form.then, ours, them, ""),
        before=was if was != text else "",
        mind=form.refusal if form.refuses and re.search(form.refuses, ours.ae_title) else "",
        form=form.form,
    )


def _usual(product: Product) -> Own:
    return Own(product.own_title or "ITS_TITLE", "ITS_ADDRESS", product.own_port)


def filled(template: str, ours: Own, theirs: Own, quoting: str) -> str:
    """A template of the tables with its places filled, once: what stands in a title is never taken for a place."""
    key = ours.key or key_of(ours.ae_title)
    values = {
        "AET": ours.ae_title,
        "HOST": ours.host,
        "PORT": str(ours.port),
        "WEB_PORT": str(ours.web_port),
        "KEY": key,
        "NAME": ours.name or key,
        "DEVICE": key.replace("_", "-"),
        "THEIR_AET": theirs.ae_title,
        "THEIR_HOST": theirs.host,
        "THEIR_PORT": str(theirs.port),
    }
    quoted = {name: _QUOTED[quoting](value) for name, value in values.items()}

    def fill(place: re.Match[str]) -> str:
        within, name = place.groups()
        host = values.get(name, "")
        return f"{within}[{host}]" if within and ":" in host else f"{within or ''}{quoted[name]}"

    return re.sub(r"(https?://)?\{(" + "|".join(values) + r")\}", fill, template)


_QUOTED: Mapping[str, Callable[[str], str]] = {
    "": str,
    "json": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "json in a shell": lambda value: json.dumps(value, ensure_ascii=False)[1:-1].replace("'", "'\\''"),
    "shell": shlex.quote,
}


def key_of(title: str) -> str:
    """A name that every product takes as a key: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_") or "isocenter"


# ---- our own machine ----


@cache
def firewalls() -> tuple[Firewall, ...]:
    """Every system's command as the tables have it, with its places unfilled."""
    return tuple(Firewall(**row) for row in _tables()["firewall"])


def firewall(port: int, ae_title: str = "ISOCENTER", system: str = "") -> Firewall:
    """The command that opens `port` on one system of `firewalls`, this computer's where none is named. Raises KeyError."""
    wanted = system or _system()
    found = {one.key: one for one in firewalls()}[wanted]
    here = Own(re.sub(r"[^A-Za-z0-9 _.-]", "_", ae_title), "", port)
    return replace(found, text=filled(found.text, here, here, ""), remark=filled(found.remark, here, here, ""))


def _system() -> str:
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "macos"
    programs = (("ufw", "ufw"), ("firewall-cmd", "firewalld"), ("nft", "nftables"), ("iptables", "iptables"))
    return next((key for program, key in programs if shutil.which(program)), "ufw")


# ---- recognising ----


def recognised(implementation_class_uid: str, version_name: str, pdu_bytes_max: int | None = None) -> Recognised | None:
    """What user information (PS3.7 D.3.3.2) says about who made this; None for an unknown one.

    The UID names the toolkit, not the product. The longest root wins; where no root fits, a version name of a known shape does, and
    where that is empty too, nothing is guessed from the size of a PDU alone.
    """
    uid, version_name = implementation_class_uid.strip("\0 "), version_name.strip("\0 ")
    roots = [row for row in _tables()["toolkit"] if uid == row["root"] or uid.startswith(row["root"] + ".")]
    row = max(roots, key=lambda one: len(one["root"]), default=None)
    if row is None:
        named = [one for one in _tables()["toolkit"] if one.get("version_name") and re.match(one["version_name"], version_name)]
        row = named[0] if named else None
    if row is None:
        return None
    found = re.match(row.get("version_name", r"(?!)"), version_name)
    parts = [part for part in found.groups() if part] if found else []
    version = parts[0] if row["product"] == "conquest" and parts else ".".join(parts)
    built_with = [one for one in (row["product"], *row.get("others", ())) if one]
    return Recognised(row["name"], version or _tail(uid, row), tuple(built_with), row.get("remark", ""))


def _tail(uid: str, row: Mapping[str, Any]) -> str:
    """The version in the tail of a UID, for the toolkits that put it there."""
    tail = uid[len(row["root"]) :].strip(".").split(".")
    return ".".join(tail) if row["name"] in {"DCMTK", "pynetdicom"} and len(tail) == 3 else ""


def recognise(implementation_class_uid: str, version_name: str, pdu_bytes_max: int | None = None) -> str:
    """Such as `DCMTK 3.6.7` or `Conquest 1.5.0`, as `product_of` and `lines` take it; empty for an unknown one."""
    found = recognised(implementation_class_uid, version_name, pdu_bytes_max)
    return found.name if found else ""


def likely(implementation_class_uid: str, version_name: str, pdu_bytes_max: int | None = None) -> str:
    """The same as a sentence without a full stop: `built with DCMTK 3.6.7, probably DCMTK dcmqrscp, Orthanc or …`."""
    found = recognised(implementation_class_uid, version_name, pdu_bytes_max)
    if found is None:
        return ""
    names = [one.name for key in found.products if (one := product_of(key)) is not None]
    if len(names) < 2:
        return found.name
    return f"built with {found.name}, probably {', '.join(names[:-1])} or {names[-1]}"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one request for many contexts was answered: results of PS3.8 9.3.3.2, None where it was not asked or not answered.

    `order` is `as asked` or `accepted first`, empty where it is not known; `keeps_socket` is whether the connection stayed after
    A-RELEASE-RP.
    """

    j2000: int | None = None
    deflated: int | None = None
    commitment: int | None = None
    worklist: int | None = None
    patient_study_only: int | None = None
    order: str = ""
    keeps_socket: bool | None = None


def behaves_like(toolkit: str, seen: Behaviour) -> str:
    """The key of the one product of a toolkit that answers so; empty where none or several do.

    `toolkit` is what `recognise` returned; an empty one stands for every toolkit. An answer that was not seen excludes nobody.
    """
    wanted = toolkit.split(" ")[0].lower()
    fitting = {
        row["product"]
        for row in _tables()["behaviour"]
        if (not wanted or row["toolkit"].lower() == wanted)
        and all(_fits(row.get(name), getattr(seen, name)) for name in _RESULTS)
        and (not seen.order or row.get("order", seen.order) == seen.order)
        and (seen.keeps_socket is None or row.get("keeps_socket", seen.keeps_socket) is seen.keeps_socket)
    }
    return fitting.pop() if len(fitting) == 1 else ""


_RESULTS = ("j2000", "deflated", "commitment", "worklist", "patient_study_only")


def _fits(results: list[int] | None, seen: int | None) -> bool:
    return results is None or seen is None or seen in results


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A web page of the same address that would name the product: ask `path` on `port`, and give what it said to `near`."""

    port: int
    path: str
    product: str
    words: str


@cache
def neighbours() -> tuple[Neighbour, ...]:
    """What may be asked, with consent, to learn which product it is."""
    return tuple(Neighbour(row["port"], row["path"], row["product"], row["words"]) for row in _tables()["neighbour"])


def near(port: int, path: str, said: str) -> Neighbour | None:
    """Whose web page it is, from its headers and the beginning of its body; None where nothing names it."""
    for row in _tables()["neighbour"]:
        if (row["port"], row["path"]) == (port, path) and re.search(row["shows"], said):
            return Neighbour(port, path, row["product"], row["words"])
    return None


def usual_port(port: int) -> tuple[str, str]:
    """What a port is commonly used for, and what it then speaks: DICOM, TLS, HTTP or HL7; two empty texts for an uncommon one."""
    for row in _tables()["port"]:
        if row["number"] == port:
            return row["what"], row["speaks"]
    return "", ""
