"""`/api`: the nodes' past, when they are being worked on, who is told when one changes, and what drifted.

Nothing here calls a node; alerts are tried only where a person asks for it, and only to whom the settings name.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from isocenter.base.limits import HEARTBEAT_PARTS, NODE_EVENTS_KEPT_MAX, NODE_HISTORY_DAYS_MAX, OUTAGES_SHOWN_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.jobs import availability
from isocenter.jobs.stories import Verdict
from isocenter.model.history import Hour, PastEvent
from isocenter.model.records import Node
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.words_vigil import (
    Alerts,
    AlertSettings,
    AlertsWanted,
    AlertTest,
    BeatWords,
    DriftTaken,
    DriftWords,
    HeartbeatWords,
    OutageWords,
    PartWords,
    ToldWords,
    WayWords,
    WindowWanted,
    WindowWords,
)

routes = APIRouter(tags=["network"])

_WAYS = ("webhook", "e-mail")


@routes.get("/api/heartbeat", responses=problems())
def heartbeat(
    house: House,
    days: Annotated[int, Query(ge=1, le=NODE_HISTORY_DAYS_MAX, description="How far back.")] = 1,
) -> HeartbeatWords:
    """How every node answered over the last days, when it was away, and when it is being worked on."""
    vigil = house.neighbourhood.vigil
    vigil.catch_up()
    now = house.neighbourhood.clock.now()
    ends = availability.whole_hours(now, timedelta(hours=-1))
    begins = ends - timedelta(days=days)
    hours: dict[str, list[Hour]] = defaultdict(list)
    for hour in vigil.history.hours(begins):
        hours[hour.node].append(hour)
    events: dict[str, list[PastEvent]] = defaultdict(list)
    for event in vigil.history.events(NODE_EVENTS_KEPT_MAX):
        events[event.node].append(event)
    nodes = house.neighbourhood.book.nodes()
    return HeartbeatWords(
        days=days,
        begins=begins,
        ends=ends,
        part_hours=days * 24 / _part_count(days),
        history_days=house.settings.history_days,
        echo_minutes=house.settings.echo_minutes,
        nodes=[_beat(house, node, hours[node.name], events[node.name], (begins, ends, now)) for node in nodes],
        windows=windows(house),
    )


def _beat(
    house: ApiHouse, node: Node, hours: list[Hour], events: list[PastEvent], times: tuple[datetime, datetime, datetime]
) -> BeatWords:
    vigil = house.neighbourhood.vigil
    begins, ends, now = times
    listens = house.neighbourhood.standings.standing(node).verdict is not Verdict.NOT_LISTENING
    away = availability.outages(events, OUTAGES_SHOWN_MAX) if listens else []
    window = vigil.windows.open_for(node.name, now)
    shown = availability.parts(hours, begins, ends, _part_count((ends - begins).days))
    asked, answered, excused = (sum(getattr(hour, name) for hour in hours) for name in ("asked", "answered", "excused"))
    return BeatWords(
        name=node.name,
        minutes=vigil.interval_minutes(node),
        own_minutes=node.echo_minutes,
        availability=availability.percentage(hours) if listens else None,
        milliseconds=availability.mean(hours),
        slowest=max((hour.slowest for hour in hours if hour.answered), default=None),
        asked=asked,
        failed=asked - answered - excused,
        excused=excused,
        parts=[PartWords.of(part) for part in shown] if hours else [],
        outages=[OutageWords.of(one) for one in away if one.until is None or one.until >= begins],
        working=None if window is None else window.words or "maintenance",
        listens=listens,
    )


def _part_count(days: int) -> int:
    return min(HEARTBEAT_PARTS, days * 24)


@routes.get("/api/maintenance-windows", responses=problems())
def windows(house: House) -> list[WindowWords]:
    """When nodes are being worked on: what they leave unanswered then does not count, and nobody is told."""
    watched = house.neighbourhood.vigil.windows
    now = house.neighbourhood.clock.now()
    return [WindowWords.of(one, watched.is_open(one, now), watched.next_opening(one, now)) for one in watched.all()]


@routes.post("/api/maintenance-windows", dependencies=CHANGES, responses=problems(403, 404))
def put_window(house: House, wanted: WindowWanted) -> list[WindowWords]:
    """Keep a window of maintenance, or another in the place of the one with its `id`; all of them as they are now."""
    if wanted.node:
        house.node(wanted.node)
    house.neighbourhood.vigil.windows.put(wanted.window())
    return windows(house)


@routes.delete("/api/maintenance-windows/{number}", dependencies=CHANGES, status_code=204, responses=problems(403, 404))
def remove_window(house: House, number: int) -> Response:
    """Forget a window of maintenance."""
    if not house.neighbourhood.vigil.windows.remove(number):
        raise Problem(404, f"There is no window of maintenance {number}.")
    return Response(status_code=204)


@routes.get("/api/alerts", responses=problems())
def alerts(house: House) -> Alerts:
    """Who is told when a node changes, and what was told lately."""
    return _alerts(house, [])


def _alerts(house: ApiHouse, notes: list[str]) -> Alerts:
    alarm, settings = house.neighbourhood.vigil.alarm, house.settings
    return Alerts(
        settings=AlertSettings(
            after=settings.alert_after,
            webhook=settings.alert_webhook,
            mail_to=settings.alert_mail_to,
            mail_from=settings.alert_mail_from,
            mail_server=settings.alert_mail_server,
            mail_user=settings.alert_mail_user,
            has_password=bool(settings.alert_mail_password),
        ),
        ways=[WayWords(name=name, set=alarm.is_set(name), waiting=alarm.waiting(name)) for name in _WAYS],
        latest=[ToldWords.of(told) for told in alarm.latest()],
        notes=notes,
    )


@routes.put("/api/alerts", dependencies=CHANGES, responses=problems(403))
def change_alerts(house: House, wanted: AlertsWanted) -> Alerts:
    """Tell somebody else, or nobody; in force at once, and written into isocenter.toml."""
    values = {f"alert_{name}": value for name, value in wanted.model_dump(exclude_none=True).items()}
    for name, value in values.items():
        if isinstance(value, str) and name != "alert_mail_password":
            values[name] = value.strip()
    return _alerts(house, house.neighbourhood.change(values))


@routes.post("/api/alerts/test", dependencies=CHANGES, responses=problems(403, 503))
async def try_alerts(house: House, wanted: AlertTest) -> ToldWords:
    """Tell a test one way, now; what became of it."""
    return ToldWords.of(await house.outside(lambda: house.neighbourhood.vigil.alarm.try_out(wanted.way)))


@routes.get("/api/drift", responses=problems())
def drift(house: House) -> list[DriftWords]:
    """What about the nodes is other than when they were commissioned, or seen first; the latest of each first."""
    watch = house.neighbourhood.vigil.drift
    return [DriftWords.of(node.name, one) for node in house.neighbourhood.book.nodes() for one in watch.open(node.name)]


@routes.post("/api/drift/taken", dependencies=CHANGES, responses=problems(403, 404))
def take_drift(house: House, wanted: DriftTaken) -> list[DriftWords]:
    """Say that it is meant so: what a node is now is usual from here on. What is still open, of all nodes."""
    if not house.neighbourhood.vigil.drift.accept(house.node(wanted.node), wanted.key):
        raise Problem(404, f"Nothing of that kind about {wanted.node} is other than usual.")
    return drift(house)
