"""The instances of a series that is looked at picture by picture: when they are fetched, how long they are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from isocenter.base.clock import SystemClock
from isocenter.base.errors import LocalError
from isocenter.base.limits import SERIES_AT_HAND_MAX
from isocenter.model.records import Instance
from isocenter.web.at_hand import AtHand, Lies


def lies(uid: str) -> Lies:
    instance = Instance("1.2", uid, "se", "st", "1.2.840.10008.1.2.1", f"blob {uid}", 10, "x", SystemClock().now())
    return Lies(instance, 1, f"/{uid}")


class Index:
    """What is asked of it, and whether it answers."""

    def __init__(self, *, fails: bool = False, lies: tuple[str, ...] = ("a", "b", "c")) -> None:
        self.asked: list[tuple[str, str]] = []
        self.fails = fails
        self.lies = lies
        self.at_hand = AtHand(self.list_of)

    async def list_of(self, study: str, series: str) -> dict[str, Lies]:
        self.asked.append((study, series))
        if self.fails:
            raise LocalError("the index cannot be read")
        return {uid: lies(uid) for uid in self.lies}

    async def find(self, uid: str, series: str = "se") -> Lies | None:
        found = self.at_hand.find("st", series, uid)
        for _ in range(4):
            await asyncio.sleep(0)
        return found


def run(index: Index, look: Callable[[Index], Awaitable[list[Lies | None]]]) -> list[Lies | None]:
    async def looking() -> list[Lies | None]:
        return await look(index)

    return asyncio.run(looking())


def test_a_series_is_fetched_when_a_second_instance_of_it_is_asked_for_and_once():
    index = Index()

    async def look(at: Index) -> list[Lies | None]:
        return [await at.find(uid) for uid in ("a", "a", "b", "c", "a", "unknown")]

    found = run(index, look)
    assert [one.path if one else None for one in found] == [None, None, None, "/c", "/a", None]
    assert index.asked == [("st", "se")]


def test_where_it_cannot_be_listed_nothing_is_at_hand_and_nothing_breaks():
    index = Index(fails=True)

    async def look(at: Index) -> list[Lies | None]:
        return [await at.find(uid) for uid in ("a", "b", "c", "a")]

    assert run(index, look) == [None] * 4
    assert len(index.asked) == 1


def test_a_series_that_grows_is_listed_again_after_a_while(monkeypatch):
    index = Index()

    async def look(at: Index) -> list[Lies | None]:
        found = [await at.find(uid) for uid in ("a", "b", "new")]
        monkeypatch.setattr("isocenter.web.at_hand.SERIES_AT_HAND_AGAIN_SECONDS", 0.0)
        return [*found, await at.find("c"), await at.find("new")]

    assert [one.path if one else None for one in run(index, look)] == [None, None, None, "/c", None]
    assert len(index.asked) == 2


def test_one_that_is_too_long_is_listed_once(monkeypatch):
    monkeypatch.setattr("isocenter.web.at_hand.SERIES_AT_HAND_AGAIN_SECONDS", 0.0)
    index = Index(lies=())

    async def look(at: Index) -> list[Lies | None]:
        return [await at.find(uid) for uid in ("a", "b", "c", "a")]

    assert run(index, look) == [None] * 4
    assert len(index.asked) == 1


def test_a_series_is_forgotten_when_nobody_has_looked_at_it_for_a_while(monkeypatch):
    monkeypatch.setattr("isocenter.web.at_hand.SERIES_AT_HAND_SECONDS", 0.05)
    index = Index()

    async def look(at: Index) -> list[Lies | None]:
        found = [await at.find(uid) for uid in ("a", "b", "c")]
        looked = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < looked + 0.2 and at.at_hand._series:
            await asyncio.sleep(0.005)
        return [*found, await at.find("c")]

    assert [one.path if one else None for one in run(index, look)] == [None, None, "/c", None]


def test_so_many_series_are_at_hand_and_no_more():
    index = Index()

    async def look(at: Index) -> list[Lies | None]:
        await at.find("a")
        await at.find("b")
        for number in range(SERIES_AT_HAND_MAX):
            await at.find("a", f"other {number}")
        return [await at.find("c")]

    assert run(index, look) == [None]
