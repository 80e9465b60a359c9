"""The settings of one instance: one table, four sources.

A value comes from the command line, else from the environment, else from `isocenter.toml` in the data folder, else from the
default. Unknown keys and values of a wrong type are a `UsageError` that names the source. `SETTINGS` is the table that
`docs/settings.md` and the command line's options are made from. Nothing here creates a file.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from isocenter.base import naming_rule
from isocenter.base.errors import UsageError
from isocenter.base.limits import ALERT_AFTER_MAX, ECHO_MINUTES_MAX, NODE_HISTORY_DAYS_MAX, RECORDED_MIB_MAX

ENVIRONMENT_PREFIX = "ISOCENTER_"
FILE_NAME = "isocenter.toml"
POLICIES = ("loopback", "strict", "open")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+([/?][!-~]*)?")
_MAIL_SERVER = re.compile(r"smtps?://([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")
_MAIL_ADDRESS = re.compile(r"[!#-'*+/-9=?A-Z^-~-]+(\.[!#-'*+/-9=?A-Z^-~-]+)*@[A-Za-z0-9.-]+")
_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: `kind` is the Python type of the value, `why` the sentence that the documentation and `--help` show."""

    name: str
    kind: type
    default: Any
    why: str
    is_secret: bool = False
    """Never shown, and not given on the command line, where every program of this computer could read it."""

    @property
    def environment(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        return "" if self.is_secret else "--" + self.name.replace("_", "-")


SETTINGS: tuple[Setting, ...] = (
    Setting("aet", str, "ISOCENTER", "The AE title of this archive: 1 to 16 characters, told to every device that shall reach it."),
    Setting("port", int, 11112, "The TCP port for DICOM. 104 is the classic one, but needs administrator rights on most systems."),
    Setting("listen", str, "", "The address that DICOM listens on; empty is every address of this computer."),
    Setting("http", int, 8114, "The TCP port of the web page, on this computer only; 0 switches it off."),
    Setting("policy", str, "loopback", "Whom to serve: loopback, strict or open. See how-to/nodes."),
    Setting("web_delete", bool, False, "Let DICOMweb delete studies, series and instances over HTTP; off, DELETE is refused."),
    Setting("web_origins", str, "", "Web sites whose viewers may use DICOMweb, such as http://viewer:3000, by commas; * is all."),
    Setting("naming_rule", str, "", "How AE titles are made here, such as SITE_DEPT_MOD_nn: the next free one is proposed by it."),
    Setting("echo_minutes", int, 5, "How often each known node is asked by C-ECHO whether it is there, in minutes; 0 is never."),
    Setting("history_days", int, 90, "How long the answers, changes and calls of the nodes are kept, in days."),
    Setting("alert_after", int, 2, "How many echoes in a row a node leaves unanswered before somebody is told."),
    Setting("alert_webhook", str, "", "A web address that is told by POST, in JSON, when a node changes; empty is none."),
    Setting("alert_mail_to", str, "", "Who gets an e-mail when a node changes: addresses, by commas; empty is nobody."),
    Setting("alert_mail_from", str, "", "The address that such an e-mail comes from; empty is the first of those that it goes to."),
    Setting(
        "alert_mail_server", str, "", "The mail server that takes it, such as smtp://mail:587, or smtps://mail:465 for TLS at once."
    ),
    Setting("alert_mail_user", str, "", "Whom to log in as at the mail server, only over TLS; empty is nobody."),
    Setting("alert_mail_password", str, "", "The password for that. It is never shown.", is_secret=True),
    Setting("recorded_mib", int, 64, "Memory for the latest connections, which the inspector shows, in MiB; 0 records nothing."),
    Setting("store_unknown_classes", bool, True, "Accept storage classes that the standard does not list, private ones included."),
    Setting("strict_identifiers", bool, False, "Refuse queries without the unique keys of the levels above (PS3.4 C.4.1.2.2.1)."),
    Setting("log_patient_data", bool, False, "Log what each query asks for, names included. Off: the log never names a patient."),
    Setting("technician", bool, False, "Show nobody who the patients are: not on the page, not over HTTP, not in the terminal."),
    Setting("debug", bool, False, "Log negotiated contexts and every command in words."),
)  # fmt: skip
BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force. `sources` says for each name where its value came from."""

    aet: str = "ISOCENTER"
    port: int = 11112
    listen: str = ""
    http: int = 8114
    policy: str = "loopback"
    web_delete: bool = False
    web_origins: str = ""
    naming_rule: str = ""
    echo_minutes: int = 5
    history_days: int = 90
    alert_after: int = 2
    alert_webhook: str = ""
    alert_mail_to: str = ""
    alert_mail_from: str = ""
    alert_mail_server: str = ""
    alert_mail_user: str = ""
    alert_mail_password: str = field(default="", repr=False)
    recorded_mib: int = 64
    store_unknown_classes: bool = True
    strict_identifiers: bool = False
    log_patient_data: bool = False
    technician: bool = False
    debug: bool = False
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def listens_everywhere(self) -> bool:
        return self.listen in {"", "0.0.0.0", "::"}

    @property
    def origins(self) -> tuple[str, ...]:
        """The web sites of `web_origins`, as browsers write them (RFC 6454 6.1)."""
        return tuple(dict.fromkeys(origin.strip().rstrip("/").lower() for origin in self.web_origins.split(",") if origin.strip()))

    @property
    def mail_receivers(self) -> tuple[str, ...]:
        """The addresses of `alert_mail_to`."""
        return tuple(dict.fromkeys(address.strip() for address in self.alert_mail_to.split(",") if address.strip()))


def load(flags: Mapping[str, Any], folder: Path | None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings for the data folder `folder`. `flags` holds what was given on the command line (None where it was not)."""
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    file = folder / FILE_NAME if folder else None
    layers: list[tuple[str, Mapping[str, Any]]] = []
    if file and file.exists():
        layers.append((str(file), _read(file)))
    layers.append(("the environment", {s.name: environment[s.environment] for s in SETTINGS if s.environment in environment}))
    layers.append(("the command line", {name: value for name, value in flags.items() if value is not None}))
    for source, layer in layers:
        for name, value in layer.items():
            if name not in BY_NAME:
                raise UsageError(f"{source}: there is no setting named {name!r}; there are {', '.join(BY_NAME)}.")
            values[name] = _converted(BY_NAME[name], value, source)
            sources[name] = source
    settings = Settings(**values, sources=sources)
    _check(settings)
    return settings


def changed(settings: Settings, values: Mapping[str, Any], source: str) -> Settings:
    """The settings with other values, which come from `source`. Raises UsageError for what cannot be."""
    wanted = replace(settings, **values, sources={**settings.sources, **dict.fromkeys(values, source)})
    _check(wanted)
    return wanted


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not readable as TOML: {error}.") from error


def _converted(setting: Setting, value: Any, source: str) -> Any:
    if isinstance(value, str) and setting.kind is not str:
        text = value.strip().lower()
        if setting.kind is bool and text in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
            return text in {"1", "true", "yes", "on"}
        if setting.kind is int and text.isdecimal():
            return int(text)
    elif type(value) is setting.kind:
        return value
    raise UsageError(f"{source}: {setting.name} must be {_KINDS[setting.kind]}, not {value!r}.")


_RANGES = (("history_days", 1, NODE_HISTORY_DAYS_MAX), ("alert_after", 1, ALERT_AFTER_MAX), ("recorded_mib", 0, RECORDED_MIB_MAX))
_KINDS = {str: "text", int: "a whole number", bool: "true or false"}


def _check(settings: Settings) -> None:
    check_ae_title(settings.aet)
    for name in ("port", "http"):
        number = getattr(settings, name)
        if not (0 if name == "http" else 1) <= number <= 65535:
            raise UsageError(f"{name} is {number}, but a TCP port is a number from 1 to 65535.")
    if settings.http == settings.port:
        raise UsageError(f"port and http are both {settings.port}, but DICOM and the page need a port each.")
    naming_rule.check(settings.naming_rule)
    if not 0 <= settings.echo_minutes <= ECHO_MINUTES_MAX:
        raise UsageError(f"echo_minutes is {settings.echo_minutes}, but must be a number from 0 to {ECHO_MINUTES_MAX}.")
    for name, low, high in _RANGES:
        if not low <= getattr(settings, name) <= high:
            raise UsageError(f"{name} is {getattr(settings, name)}, but must be a number from {low} to {high}.")
    _check_alerts(settings)
    if settings.policy not in POLICIES:
        raise UsageError(f"policy is {settings.policy!r}, but must be one of {', '.join(POLICIES)}.")
    for origin in settings.origins:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise UsageError(f"web_origins has {origin!r}, which is no web site such as http://viewer:3000 (without a path), nor *")


def _check_alerts(settings: Settings) -> None:
    if settings.alert_webhook and not (_WEB_ADDRESS.fullmatch(settings.alert_webhook) and _has_place(settings.alert_webhook)):
        raise UsageError("alert_webhook is no web address; one begins with http:// or https:// and has no spaces.")
    server = settings.alert_mail_server
    if server and not (_MAIL_SERVER.fullmatch(server) and _has_place(server)):
        raise UsageError(f"alert_mail_server is {server!r}, but is written smtp://mail:587, or smtps://mail:465.")
    for address in (*settings.mail_receivers, *filter(None, (settings.alert_mail_from,))):
        if not _MAIL_ADDRESS.fullmatch(address):
            raise UsageError(f"{address!r} is no e-mail address such as imaging@hospital.example.")
    if settings.alert_mail_to and not settings.alert_mail_server:
        raise UsageError("alert_mail_to has addresses, but alert_mail_server does not say which mail server takes the e-mail.")


def _has_place(address: str) -> bool:
    """Whether a web address names a host, and a port that there is."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def check_ae_title(title: str) -> None:
    """Raise UsageError unless `title` can be an AE title (PS3.5 6.2: 16 characters, no backslash, no control characters)."""
    if not title.strip():
        raise UsageError("An AE title cannot be empty or only spaces.")
    if len(title) > 16:
        raise UsageError(f"The AE title {title!r} has {len(title)} characters; DICOM allows 16.")
    for character in title:
        if character == "\\" or not 0x20 <= ord(character) <= 0x7E:
            raise UsageError(
                f"The AE title {title!r} contains {character!r}; allowed are printable ASCII characters but the backslash."
            )


assert tuple(f.name for f in fields(Settings))[:-1] == tuple(s.name for s in SETTINGS), "the table and the class must agree"
assert all(getattr(Settings(), s.name) == s.default for s in SETTINGS), "the defaults must agree"
