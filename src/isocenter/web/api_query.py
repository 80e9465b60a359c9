"""`/api`: what a page that searches other nodes asks beside the search: what is here of it, how many match, what retrieving costs.

As in `api_nodes`, only nodes of the list are ever called.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal, cast

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from isocenter.base.clock import SystemClock
from isocenter.base.limits import API_COUNT_SECONDS, NODE_NAME_CHARACTERS_MAX
from isocenter.jobs import experience
from isocenter.jobs.questions import UNIQUE, At, Question, RootName, question
from isocenter.jobs.searching import Call, answers
from isocenter.model.attributes import UNIQUE_KEYS, Level
from isocenter.model.query import AnyOf, Key
from isocenter.model.query import Query as ArchiveQuery
from isocenter.web.api_house import CHANGES, House, problems
from isocenter.web.words_query import CountAsked, CountWords, ExperienceWords, HereAsked, HereWords, WhyAsked, WhyWords

if TYPE_CHECKING:
    from collections.abc import Generator

    from isocenter.model.ports import Answer

routes = APIRouter(tags=["query"])

_COUNTERS = {
    Level.PATIENT: "NumberOfPatientRelatedInstances",
    Level.STUDY: "NumberOfStudyRelatedInstances",
    Level.SERIES: "NumberOfSeriesRelatedInstances",
}


@routes.post("/api/here", dependencies=CHANGES, responses=problems(403))
def here(house: House, wanted: HereAsked) -> HereWords:
    """How much of what another node found is in this archive, from the counters of the index."""
    values = tuple(value for value in wanted.values if value.strip())
    if not values:
        return HereWords(instances={})
    level = Level[wanted.level.upper()]
    own, counter = UNIQUE_KEYS[level].keyword, _COUNTERS[level]
    found: dict[str, int] = {}
    query = ArchiveQuery(level, (Key(own, AnyOf(values)),), returned=(own, counter))
    with closing(cast("Generator[Answer, None, None]", house.catalogue.find(query))) as rows:
        for row in rows:
            found[row[own]] = found.get(row[own], 0) + int(row[counter] or 0)
    return HereWords(instances=found)


@routes.post("/api/count", dependencies=CHANGES, responses=problems(403, 404, 409, 502, 503))
async def count(house: House, wanted: CountAsked) -> CountWords:
    """How many answers a node has: they are counted as they come, and not kept; the search is cancelled at the limit."""
    return await house.outside(lambda: _counted(house.call(wanted.node), wanted))


@routes.post("/api/why", dependencies=CHANGES, responses=problems(403, 404, 409, 502, 503))
async def why(house: House, wanted: WhyAsked) -> WhyWords:
    """Why a search finds so few: it is made again without each of its keys, and with other spellings of the guilty ones."""
    return await house.outside(lambda: _why(house.call(wanted.node), wanted))


def _why(call: Call, wanted: WhyAsked) -> WhyWords:
    from isocenter.jobs.why_few import counting, why_few

    root = RootName(wanted.root) if wanted.root else None
    asked = question(At(wanted.level), root, [f"{keyword}={value}" for keyword, value in wanted.keys.items()], returned=False)
    clock = SystemClock()
    return WhyWords.model_validate(asdict(why_few(counting(call, clock), asked, clock)))


def _counted(call: Call, wanted: CountAsked) -> CountWords:
    root = RootName(wanted.root) if wanted.root else None
    asked = question(At(wanted.level), root, [f"{keyword}={value}" for keyword, value in wanted.keys.items()], returned=False)
    own = UNIQUE[asked.level]
    asked = Question(asked.level, asked.root, {own: "", **asked.keys})
    clock = SystemClock()
    until, number = clock.monotonic() + API_COUNT_SECONDS, 0
    with closing(answers(call, asked, wanted.limit + 1)) as came:
        for _ in came:
            number += 1
            if clock.monotonic() > until:
                return CountWords(count=number, more=True)
    return CountWords(count=min(number, wanted.limit), more=number > wanted.limit)


@routes.get("/api/experience", responses=problems(404))
def learned(
    house: House, node: Annotated[str, StringConstraints(min_length=1, max_length=NODE_NAME_CHARACTERS_MAX), Query()]
) -> ExperienceWords:
    """What the latest retrievals from a node have shown: which way works, how fast it sends, how large its instances are."""
    house.node(node)
    found = experience.with_node(house.jobs, node)
    return ExperienceWords(
        node=node,
        by=cast("Literal['', 'get', 'move', 'web']", found.by),
        instances_per_second=found.instances_per_second,
        bytes_per_instance=found.bytes_per_instance,
    )
