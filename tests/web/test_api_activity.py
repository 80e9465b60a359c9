"""Who is here and who was, and the images as they arrive: over `/api` and as events, each told once."""

from __future__ import annotations

import socket

from tests.waiting import wait_for
from tests.web.houses import Lived

from isocenter.lab import phantom
from isocenter.model.records import Node
from isocenter.net import client
from isocenter.net.requestor import Proposal, open_association
from isocenter.standard.sop_class import VERIFICATION
from isocenter.web.api_activity import Activity


def calling(house: Lived, title: str = "CT_2"):
    """An association from this computer."""
    node = Node("it", house.house.settings.aet, "127.0.0.1", house.house.settings.port)
    return open_association(node, Proposal(client.query_contexts(VERIFICATION)), calling_ae_title=title)


def told(house: Lived, query: str = "") -> dict:
    return house.browser.get(f"/api/associations{query}").json()


def heard(activity: Activity) -> list:
    """The next news, which its thread may tell a moment after its peer was answered."""
    found: list = []

    def is_heard() -> bool:
        found.extend(activity.news())
        return bool(found)

    wait_for(is_heard)
    return found


def test_an_association_is_open_while_it_is_and_over_with_what_it_did(here):
    with calling(here) as peer:
        client.echo(peer)
        wait_for(lambda: [one["requests"] for one in told(here)["open"]] == [{"echo": 1}])
        [now] = told(here)["open"]
        assert (now["serial"], now["ended"], now["outcome"]) == (None, None, "open")
        assert (now["calling_ae_title"], now["called_ae_title"], now["address"]) == ("CT_2", "ISOCENTER", "127.0.0.1")
    wait_for(lambda: told(here)["ended"] != [])
    assert told(here)["open"] == []
    over = told(here)["ended"][0]
    assert (over["token"], over["outcome"], over["reason"]) == (now["token"], "released", "")
    assert over["bytes_in"] > 0


def test_one_association_comes_with_its_contexts_in_words(here):
    with calling(here, "ONE"):
        wait_for(lambda: told(here)["open"] != [])
        [now] = told(here)["open"]
        open_one = here.browser.get(f"/api/associations/{now['token']}").json()
    assert open_one["contexts"][0]["name"] == "Verification SOP Class"
    assert open_one["contexts"][0]["transfer_syntax_name"].endswith("Little Endian")
    wait_for(lambda: any(one["token"] == now["token"] for one in told(here)["ended"]))
    assert here.browser.get(f"/api/associations/{now['token']}").json()["contexts"] == open_one["contexts"]
    assert here.browser.get("/api/associations/nobody").status_code == 404


def test_whoever_speaks_something_else_is_told_with_what_it_was(here):
    with socket.create_connection(("127.0.0.1", here.house.settings.port)) as browser:
        browser.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        browser.recv(1000)
    wait_for(lambda: any(one["outcome"] == "none" for one in told(here)["ended"]))
    stranger = next(one for one in told(here)["ended"] if one["outcome"] == "none")
    assert "HTTP" in stranger["reason"]


def test_the_past_comes_in_pages_latest_first(here):
    for number in range(3):
        with calling(here, f"PAGE_{number}"):
            pass
    wait_for(lambda: sum(one["calling_ae_title"].startswith("PAGE") for one in told(here)["ended"]) == 3)
    whole = told(here)["ended"]
    first = told(here, "?limit=2")
    assert (first["ended"], first["more"]) == (whole[:2], True)
    rest = told(here, f"?before={whole[1]['serial']}")
    assert (rest["ended"], rest["more"]) == (whole[2:], False)
    assert here.browser.get("/api/associations?limit=0").status_code == 400


def test_the_latest_images_come_first_with_who_sent_them(here):
    kept = here.keep(phantom.ct_series(1, slices=3, side_pixels=16))
    arrived = here.browser.get("/api/arrivals").json()
    assert [image["sop_instance_uid"] for image in arrived["images"]] == kept[::-1]
    assert arrived["images"][0]["modality"] == "CT"
    assert arrived["serial"] == arrived["images"][0]["serial"]
    later = here.browser.get(f"/api/arrivals?after={arrived['images'][1]['serial']}").json()
    assert later["images"] == arrived["images"][:1]
    assert here.browser.get("/api/arrivals?limit=1000").status_code == 400


def test_a_listener_hears_of_each_change_once(here):
    activity = Activity(here.api)
    assert [name for name, _ in activity.news()] == ["associations"]
    assert list(activity.news()) == []
    kept = here.keep(phantom.mr_series(2, slices=2, side_pixels=16))
    [(name, words)] = activity.news()
    assert (name, [image["sop_instance_uid"] for image in words["images"]]) == ("arrivals", kept[::-1])
    with calling(here, "HEARD") as peer:
        [(name, words)] = heard(activity)
        assert (name, [one["calling_ae_title"] for one in words["open"]], words["ended"]) == ("associations", ["HEARD"], [])
        client.echo(peer)
        [(_, words)] = heard(activity)
        assert words["open"][0]["requests"] == {"echo": 1}
    [(_, words)] = heard(activity)
    assert (words["open"], [one["calling_ae_title"] for one in words["ended"]]) == ([], ["HEARD"])
    assert list(activity.news()) == []
