"""The resources of DICOMweb: from a path to what it names, and back (PS3.18 10.1, 10.4.1.1, 10.5.1, 10.6.1).

A path below the service's root comes in, decoded and without its query; a `Resource` goes out. `Problem` 404 for a path of no
shape that we know, 400 for one whose UID, frame list or bulk data path breaks the rules. A name from a path is a UID of digits and
dots or it is refused here, so that nothing else of it can reach a store or a disk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote

from isocenter.base.limits import BULK_DATA_STEPS_MAX, FRAME_NUMBER_MAX, FRAMES_ASKED_MAX, UID_BYTES_MAX
from isocenter.dicomweb.problems import Problem, quoted
from isocenter.model.attributes import Level


class Kind(Enum):
    """What a path names; the value is its name in the standard."""

    SERVICE = "Service"
    STUDIES = "All Studies"
    SERIES_OF_ALL = "All Series"
    INSTANCES_OF_ALL = "All Instances"
    STUDY = "Study"
    SERIES_OF_STUDY = "Study's Series"
    INSTANCES_OF_STUDY = "Study's Instances"
    SERIES = "Series"
    INSTANCES_OF_SERIES = "Series' Instances"
    INSTANCE = "Instance"
    FRAMES = "Frames"
    METADATA = "Metadata"
    RENDERED = "Rendered"
    RENDERED_FRAMES = "Rendered Frames"
    THUMBNAIL = "Thumbnail"
    THUMBNAIL_FRAMES = "Frame Thumbnail"
    BULK_DATA = "Bulk Data"
    PIXEL_DATA = "Pixel Data"


@dataclass(frozen=True, slots=True)
class Route:
    """One row: a path template of the standard, what may be done with it, and the section that says so."""

    template: str
    kind: Kind
    methods: tuple[str, ...]
    section: str


def _routes() -> tuple[Route, ...]:
    study, series, instance = (
        "/studies/{study}",
        "/studies/{study}/series/{series}",
        "/studies/{study}/series/{series}/instances/{instance}",
    )
    rows = [
        Route("/", Kind.SERVICE, ("GET", "OPTIONS"), "PS3.18 8.9"),
        Route("/studies", Kind.STUDIES, ("GET", "POST"), "PS3.18 10.6, 10.5"),
        Route("/series", Kind.SERIES_OF_ALL, ("GET",), "PS3.18 10.6"),
        Route("/instances", Kind.INSTANCES_OF_ALL, ("GET",), "PS3.18 10.6"),
        Route(study, Kind.STUDY, ("GET", "POST", "DELETE"), "PS3.18 10.4, 10.5"),
        Route(f"{study}/series", Kind.SERIES_OF_STUDY, ("GET",), "PS3.18 10.6"),
        Route(f"{study}/instances", Kind.INSTANCES_OF_STUDY, ("GET",), "PS3.18 10.6"),
        Route(series, Kind.SERIES, ("GET", "DELETE"), "PS3.18 10.4"),
        Route(f"{series}/instances", Kind.INSTANCES_OF_SERIES, ("GET",), "PS3.18 10.6"),
        Route(instance, Kind.INSTANCE, ("GET", "DELETE"), "PS3.18 10.4"),
        Route(f"{instance}/frames/{{frames}}", Kind.FRAMES, ("GET",), "PS3.18 10.4.1.1.6"),
        Route(f"{instance}/frames/{{frames}}/rendered", Kind.RENDERED_FRAMES, ("GET",), "PS3.18 10.4.1.1.3"),
        Route(f"{instance}/frames/{{frames}}/thumbnail", Kind.THUMBNAIL_FRAMES, ("GET",), "PS3.18 10.4.1.1.4"),
        Route(f"{instance}/bulkdata/{{path}}", Kind.BULK_DATA, ("GET",), "PS3.18 10.4.1.1.5"),
    ]
    for above in (study, series, instance):
        rows += [
            Route(f"{above}/metadata", Kind.METADATA, ("GET",), "PS3.18 10.4.1.1.2"),
            Route(f"{above}/rendered", Kind.RENDERED, ("GET",), "PS3.18 10.4.1.1.3"),
            Route(f"{above}/thumbnail", Kind.THUMBNAIL, ("GET",), "PS3.18 10.4.1.1.4"),
            Route(f"{above}/bulkdata", Kind.BULK_DATA, ("GET",), "PS3.18 10.4.1.1.5"),
            Route(f"{above}/pixeldata", Kind.PIXEL_DATA, ("GET",), "PS3.18 10.4.1.1.6"),
        ]
    return tuple(rows)


ROUTES: tuple[Route, ...] = _routes()
"""Every path of the Studies Service that is answered here."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What a path names. UIDs are empty where the path has none; `frames` count from 1, in the order asked, repetitions kept.

    `path` leads to one element of bulk data: tags and item numbers joined by slashes, empty for all of them.
    """

    kind: Kind
    methods: tuple[str, ...]
    study: str = ""
    series: str = ""
    instance: str = ""
    frames: tuple[int, ...] = ()
    path: str = ""

    @property
    def level(self) -> Level:
        """The level that the UIDs of the path reach; for a search, that of what is searched for."""
        if self.kind in SEARCHED:
            return SEARCHED[self.kind]
        return Level.IMAGE if self.instance else Level.SERIES if self.series else Level.STUDY


SEARCHED = {
    Kind.STUDIES: Level.STUDY,
    Kind.SERIES_OF_ALL: Level.SERIES,
    Kind.SERIES_OF_STUDY: Level.SERIES,
    Kind.INSTANCES_OF_ALL: Level.IMAGE,
    Kind.INSTANCES_OF_STUDY: Level.IMAGE,
    Kind.INSTANCES_OF_SERIES: Level.IMAGE,
}
"""The resources that a GET searches (PS3.18 Table 10.6.1-1), and the level of their results."""

_VARIABLE = re.compile(r"\{(\w+)\}")
_UID = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_FRAME_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_ITEM = re.compile(r"[1-9][0-9]{0,8}")


def _shape(template: str) -> tuple[str, ...]:
    """The fixed words of a template, and empty words where a variable stands."""
    return tuple("" if _VARIABLE.fullmatch(word) else word for word in template.strip("/").split("/"))


_BY_SHAPE = {_shape(route.template): route for route in ROUTES}
_LONGEST = max(map(len, _BY_SHAPE))
_BULK_DATA = len(_shape("/studies/{study}/series/{series}/instances/{instance}/bulkdata/{path}"))


def uid(text: str, name: str) -> str:
    """`text`, if it is a UID (PS3.5 9.1; components may begin with 0, as some devices write them). Raises `Problem` 400."""
    if len(text) > UID_BYTES_MAX or _UID.fullmatch(text) is None:
        raise Problem(400, f"{quoted(text)} is not a {name}: digits and dots, at most {UID_BYTES_MAX} characters")
    return text


def resource(path: str) -> Resource:
    """What `path` names, such as /studies/1.2.3/series; a slash at its end is allowed. Raises `Problem` 404 and 400."""
    inner = path.removeprefix("/")
    inner = inner[:-1] if inner[-1:] == "/" != inner else inner
    words = inner.split("/", _LONGEST + 2 * BULK_DATA_STEPS_MAX)
    head, rest = words[: _BULK_DATA - 1], words[_BULK_DATA - 1 :]
    if len(words) >= _BULK_DATA and words[_BULK_DATA - 2] == "bulkdata":
        words = [*head, "/".join(rest)]
    # Variables stand at every second place, so that fixed words alone decide.
    shape = tuple("" if place % 2 else word for place, word in enumerate(words))
    route = _BY_SHAPE.get(shape)
    if route is None:
        raise Problem(404, f"there is nothing at {quoted(path)}")
    kind, count = route.kind, len(words)
    return Resource(
        kind,
        route.methods,
        study=uid(words[1], "Study Instance UID") if count > 1 and words[0] == "studies" else "",
        series=uid(words[3], "Series Instance UID") if count > 3 else "",
        instance=uid(words[5], "SOP Instance UID") if count > 5 else "",
        frames=frame_list(words[7]) if count > 7 and words[6] == "frames" else (),
        path=bulk_data_path(words[7]) if count > 7 and kind is Kind.BULK_DATA else "",
    )


def frame_list(text: str) -> tuple[int, ...]:
    """Frame numbers joined by commas, counted from 1, in the order asked (PS3.18 10.4.1.1.6). Raises `Problem` 400."""
    if _FRAME_NUMBER.fullmatch(text):  # nearly always one
        words = [text]
    else:
        words = text.split(",", FRAMES_ASKED_MAX)
        if len(words) > FRAMES_ASKED_MAX:
            raise Problem(400, f"more than {FRAMES_ASKED_MAX} frames are asked for at once")
    frames = []
    for word in words:
        if _FRAME_NUMBER.fullmatch(word) is None or int(word) > FRAME_NUMBER_MAX:
            raise Problem(400, f"{quoted(word)} is not a frame number: they count from 1")
        frames.append(int(word))
    return tuple(frames)


def bulk_data_path(text: str) -> str:
    """Tags and item numbers in turn, a tag first and last, the tags in upper case. Raises `Problem` 400."""
    steps = text.split("/", BULK_DATA_STEPS_MAX)
    if len(steps) > BULK_DATA_STEPS_MAX or len(steps) % 2 == 0:
        raise Problem(400, f"{quoted(text)} does not lead to an element: tags and item numbers in turn, a tag at the end")
    for place, step in enumerate(steps):
        pattern, what = (_ITEM, "an item number, which count from 1") if place % 2 else (_TAG, "a tag of eight hexadecimal digits")
        if pattern.fullmatch(step) is None:
            raise Problem(400, f"{quoted(step)} in the path of bulk data is not {what}")
    return "/".join(steps).upper()


def path_of(study: str, series: str = "", instance: str = "") -> str:
    """The path of a study, a series or an instance; what is not a UID is written so that it stays one word of it."""
    path = f"/studies/{quote(study, safe='')}"
    if series:
        path += f"/series/{quote(series, safe='')}"
        if instance:
            path += f"/instances/{quote(instance, safe='')}"
    return path
