"""Searching a node over DICOMweb (QIDO-RS, PS3.18 10.6): the same questions as by C-FIND, the same data sets as answers.

There is no level of patients: they are gathered from their studies, and their counts are those of what was found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from isocenter.base.errors import LocalError
from isocenter.base.limits import WEB_ANSWERS_BYTES_MAX, WEB_ANSWERS_PAGE
from isocenter.jobs.questions import UNIQUE, At, Question, keyword_of

if TYPE_CHECKING:
    from pydicom import Dataset

    from isocenter.net.http_client import Interruptible

JSON = "application/dicom+json"
STUDY, SERIES = UNIQUE[At.STUDY], UNIQUE[At.SERIES]
_NAMES = {At.STUDY: "studies", At.SERIES: "series", At.IMAGE: "instances"}
_COUNTS = {0x00201202: 0x00201206, 0x00201204: 0x00201208}
"""Of a patient, and of each of the studies: series, instances."""
_STUDIES_OF_PATIENT = 0x00201200


@dataclass(frozen=True, slots=True)
class Service:
    """Where a node of that name speaks DICOMweb. `connected` gets each connection as soon as there is one."""

    name: str
    url: str
    connected: Callable[[Interruptible], None] | None = None

    def at(self, path: str) -> str:
        """The address of a resource."""
        return self.url.rstrip("/") + path


def answers(service: Service, asked: Question, limit: int = 0) -> Iterator[Dataset]:
    """At most `limit` answers; 0 is all. Raises LinkLost, and LocalError with the node's words where it refuses."""
    if asked.level is At.PATIENT:
        yield from _patients(service, asked, limit)
        return
    seen: set[str] = set()
    offset = 0
    while True:
        page = min(WEB_ANSWERS_PAGE, limit - len(seen)) if limit else WEB_ANSWERS_PAGE
        found = _page(service, asked, page, offset)
        fresh = 0
        for one in found:
            answer = _data_set(one, asked.keys)
            uid = _text(answer, UNIQUE[asked.level])
            if not uid or uid in seen:
                continue
            seen.add(uid)
            fresh += 1
            yield answer
            if limit and len(seen) >= limit:
                return
        # A server that knows no offset begins anew: nothing fresh comes then.
        if len(found) < page or not fresh:
            return
        offset += len(found)


def address(service: Service, asked: Question, limit: int, offset: int = 0) -> str:
    """Where a question is asked (PS3.18 10.6.1): unique keys in the path, the others as parameters."""
    path, keys = "", dict(asked.keys)
    for level, tag in ((At.STUDY, STUDY), (At.SERIES, SERIES)):
        uid = keys.get(tag, "")
        if asked.level is level or not uid or set("*?\\") & set(uid):
            break
        path += f"/{_NAMES[level]}/{quote(uid, safe='')}"
        del keys[tag]
    parameters = [(keyword_of(tag), value.replace("\\", ",")) for tag, value in keys.items() if value.strip("*")]
    parameters += [("includefield", f"{tag:08X}") for tag, value in keys.items() if not value.strip("*")]
    parameters.append(("limit", str(limit)))
    if offset:
        parameters.append(("offset", str(offset)))
    # Orthanc's DICOMweb decodes no percent signs: what names and wild cards need is left as it is.
    return service.at(f"{path}/{_NAMES[asked.level]}?{urlencode(parameters, safe='*?,^', quote_via=quote)}")


def _page(service: Service, asked: Question, limit: int, offset: int) -> list[Any]:
    from isocenter.net import http_client

    with http_client.get(address(service, asked, limit, offset), JSON, connected=service.connected) as answer:
        body = answer.body(WEB_ANSWERS_BYTES_MAX)
    if not body:
        return []
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise LocalError(f"{service.name} answers a search with what is no JSON") from error
    if not isinstance(found, list):
        raise LocalError(f"{service.name} answers a search with what is no list of data sets")
    return found


def _data_set(one: Any, tags: Mapping[int, str]) -> Dataset:
    """What was asked for of one answer; what is no value of its VR is left out."""
    from pydicom import Dataset

    answer = Dataset()
    for tag in tags:
        element = one.get(f"{tag:08X}") if isinstance(one, dict) else None
        if element is None:
            continue
        try:
            answer.update(Dataset.from_json({f"{tag:08X}": element}))
        except Exception:  # whatever pydicom raises for what another device wrote
            continue
    return answer


def _text(answer: Dataset, tag: int) -> str:
    element = answer.get(tag)
    return "" if element is None or element.value is None else str(element.value)


def _patients(service: Service, asked: Question, limit: int) -> Iterator[Dataset]:
    """The patients of all studies that match, each when no other study can be its own: at the end."""
    patient = UNIQUE[At.PATIENT]
    own = {tag: value for tag, value in asked.keys.items() if tag not in _COUNTS and tag != _STUDIES_OF_PATIENT}
    keys = {patient: "", **own, STUDY: "", **dict.fromkeys(_COUNTS.values(), "")}
    gathered: dict[str, Dataset] = {}
    sums: dict[str, dict[int, int]] = {}
    for study in answers(service, replace(asked, level=At.STUDY, keys=keys)):
        name = _text(study, patient)
        if not name:
            continue
        gathered.setdefault(name, study)
        counts = sums.setdefault(name, dict.fromkeys((_STUDIES_OF_PATIENT, *_COUNTS), 0))
        counts[_STUDIES_OF_PATIENT] += 1
        for of_patient, of_study in _COUNTS.items():
            text = _text(study, of_study)
            counts[of_patient] += int(text) if text.isdecimal() else 0
    for number, (name, answer) in enumerate(gathered.items()):
        if limit and number >= limit:
            return
        for tag, count in sums[name].items():
            answer.add_new(tag, "IS", str(count))
        yield answer
