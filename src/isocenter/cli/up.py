"""`isocenter up`: run the archive here, tell what to write down, and show the log until Ctrl-C."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from isocenter.base import config, log
from isocenter.cli.options import Name
from isocenter.cli.terminal import say
from isocenter.daemon import instances

_COLOURS = {"WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[31m", "DEBUG": "\x1b[90m"}


def up(
    aet: Annotated[str | None, typer.Option("--aet", help=config.BY_NAME["aet"].why)] = None,
    port: Annotated[int | None, typer.Option("--port", help=config.BY_NAME["port"].why)] = None,
    http: Annotated[int | None, typer.Option("--http", help=config.BY_NAME["http"].why)] = None,
    data: Annotated[Path | None, typer.Option("--data", help="The folder for images, index, settings and log.")] = None,
    listen: Annotated[str | None, typer.Option("--listen", help=config.BY_NAME["listen"].why)] = None,
    policy: Annotated[str | None, typer.Option("--policy", help=config.BY_NAME["policy"].why)] = None,
    name: Name = None,
    web_delete: Annotated[bool | None, typer.Option("--web-delete/--no-web-delete", help=config.BY_NAME["web_delete"].why)] = None,
    web_origins: Annotated[str | None, typer.Option("--web-origins", help=config.BY_NAME["web_origins"].why)] = None,
    naming_rule: Annotated[str | None, typer.Option("--naming-rule", help=config.BY_NAME["naming_rule"].why)] = None,
    echo_minutes: Annotated[int | None, typer.Option("--echo-minutes", help=config.BY_NAME["echo_minutes"].why)] = None,
    recorded_mib: Annotated[int | None, typer.Option("--recorded-mib", help=config.BY_NAME["recorded_mib"].why)] = None,
    history_days: Annotated[int | None, typer.Option("--history-days", help=config.BY_NAME["history_days"].why)] = None,
    alert_after: Annotated[int | None, typer.Option("--alert-after", help=config.BY_NAME["alert_after"].why)] = None,
    alert_webhook: Annotated[str | None, typer.Option("--alert-webhook", help=config.BY_NAME["alert_webhook"].why)] = None,
    alert_mail_to: Annotated[str | None, typer.Option("--alert-mail-to", help=config.BY_NAME["alert_mail_to"].why)] = None,
    alert_mail_from: Annotated[str | None, typer.Option("--alert-mail-from", help=config.BY_NAME["alert_mail_from"].why)] = None,
    alert_mail_server: Annotated[
        str | None, typer.Option("--alert-mail-server", help=config.BY_NAME["alert_mail_server"].why)
    ] = None,
    alert_mail_user: Annotated[str | None, typer.Option("--alert-mail-user", help=config.BY_NAME["alert_mail_user"].why)] = None,
    store_unknown_classes: Annotated[
        bool | None,
        typer.Option("--store-unknown-classes/--no-store-unknown-classes", help=config.BY_NAME["store_unknown_classes"].why),
    ] = None,
    strict_identifiers: Annotated[
        bool | None, typer.Option("--strict-identifiers/--no-strict-identifiers", help=config.BY_NAME["strict_identifiers"].why)
    ] = None,
    log_patient_data: Annotated[
        bool | None, typer.Option("--log-patient-data/--no-log-patient-data", help=config.BY_NAME["log_patient_data"].why)
    ] = None,
    technician: Annotated[bool | None, typer.Option("--technician/--no-technician", help=config.BY_NAME["technician"].why)] = None,
    debug: Annotated[bool | None, typer.Option("--debug/--no-debug", help=config.BY_NAME["debug"].why)] = None,
) -> None:
    """Run the archive: receive, keep, find and send images until Ctrl-C."""
    from isocenter.daemon import lifecycle

    ending = lifecycle.Ending()
    place = instances.place(name, data)
    flags = {
        "aet": aet, "port": port, "http": http, "listen": listen, "policy": policy,
        "web_delete": web_delete, "web_origins": web_origins,
        "naming_rule": naming_rule, "echo_minutes": echo_minutes,
        "recorded_mib": recorded_mib, "history_days": history_days, "alert_after": alert_after, "alert_webhook": alert_webhook,
        "alert_mail_to": alert_mail_to, "alert_mail_from": alert_mail_from, "alert_mail_server": alert_mail_server,
        "alert_mail_user": alert_mail_user,
        "store_unknown_classes": store_unknown_classes, "strict_identifiers": strict_identifiers,
        "log_patient_data": log_patient_data, "technician": technician, "debug": debug,
    }  # fmt: skip
    settings = instances.settle(place, flags)
    house = lifecycle.open_house(place, settings)
    for line in lifecycle.greeting(house):
        say(line)
    sys.stdout.flush()
    live = log.LiveLines(_show)
    logging.getLogger(log.ROOT).addHandler(live)
    try:
        ending.wait()
        say("Stopping: no new callers; running transfers may finish (Ctrl-C again to cut them off).")
        house.close()
    finally:
        logging.getLogger(log.ROOT).removeHandler(live)


def _show(record: logging.LogRecord, line: str) -> None:
    if colour := _COLOURS.get(record.levelname) if sys.stdout.isatty() else None:
        line = f"{colour}{line}\x1b[0m"
    elif record.levelno >= logging.WARNING:
        line = f"{line[:10]}{record.levelname}: {line[10:]}"
    print(line, flush=True)
