"""The ways in which somebody is told that a node changed, as the settings name them now: a webhook, an e-mail.

What goes there is imported with the first message: few houses send any, and the libraries for it are large.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from isocenter.base.clock import Clock
from isocenter.base.config import Settings
from isocenter.base.limits import ALERT_SEND_SECONDS
from isocenter.jobs.alarm import Alert, Way, sentences, subject

WEBHOOK = "webhook"
MAIL = "e-mail"


def ways(settings: Callable[[], Settings], clock: Clock) -> dict[str, Callable[[], Way | None]]:
    """Each way, asked anew for every batch: a change of the settings holds at once."""
    return {WEBHOOK: lambda: _webhook(settings()), MAIL: lambda: _mail(settings(), clock)}


def _webhook(settings: Settings) -> Way | None:
    if not settings.alert_webhook:
        return None

    def tell(alerts: Sequence[Alert]) -> None:
        from isocenter.net import http_client

        body = {
            "source": settings.aet,
            "text": "\n".join([f"{settings.aet}: {subject(alerts)}", *sentences(alerts)]),
            "alerts": [
                {"moment": alert.moment.isoformat(), "node": alert.node, "kind": alert.kind, "words": alert.words}
                for alert in alerts
            ],
        }
        http_client.post(settings.alert_webhook, json.dumps(body).encode(), "application/json", seconds=ALERT_SEND_SECONDS)

    return tell


def _mail(settings: Settings, clock: Clock) -> Way | None:
    receivers = settings.mail_receivers
    if not receivers or not settings.alert_mail_server:
        return None

    def tell(alerts: Sequence[Alert]) -> None:
        from isocenter.net import mail

        server = mail.MailServer(settings.alert_mail_server, settings.alert_mail_user, settings.alert_mail_password)
        text = "\n".join([*sentences(alerts), "", f"-- \n{settings.aet}, an Isocenter archive on port {settings.port}", ""])
        sender = settings.alert_mail_from or receivers[0]
        mail.send(server, mail.Letter(sender, receivers, f"{settings.aet}: {subject(alerts)}", text, clock.now().astimezone()))

    return tell
