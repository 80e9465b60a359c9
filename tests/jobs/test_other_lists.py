"""Another archive's own list is asked for at the address of its entry, bounded, and nothing but an Orthanc is believed."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.clock import FixedClock
from isocenter.base.errors import LinkLost, LocalError, UsageError
from isocenter.jobs.other_lists import Listed, OtherLists, _entries, base_of
from isocenter.model.records import Node

SYSTEM = {"DicomAet": "ORTHANC", "DicomPort": 4242}
MODALITIES = {
    "isocenter": {"AET": "ISOCENTER ", "Host": "10.0.0.5", "Port": 11112, "Manufacturer": "Generic"},
    "old": ["OLD", "10.0.0.6", 104],
    "odd one/é": {"AET": "ODD", "Host": "h", "Port": "no"},
    "spoilt": 5,
}


@contextmanager
def orthanc(answers):
    """A web server with these answers by path; those of echoes are statuses."""
    asked = []

    class Room(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = json.dumps(answers.get(self.path.partition("?")[0], {})).encode()
            self.send_response(200 if self.path.partition("?")[0] in answers else 404)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(answers.get(self.path, 404))
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Room)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Node("PACS", "ORTHANC", "127.0.0.1", 4242, dicomweb_url=f"http://127.0.0.1:{server.server_port}/dicom-web"), asked
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def test_its_list_is_read_in_both_ways_in_which_it_is_written():
    clock = FixedClock()
    lists = OtherLists(clock)
    with orthanc({"/system": SYSTEM, "/modalities": MODALITIES}) as (node, asked):
        found = lists.ask(node)
    assert asked == ["/system", "/modalities?expand"]
    assert (found.ae_title, found.port, found.moment) == ("ORTHANC", 4242, clock.now())
    assert found.entries == (
        Listed("isocenter", "ISOCENTER", "10.0.0.5", 11112),
        Listed("old", "OLD", "10.0.0.6", 104),
        Listed("odd one/é", "ODD", "h", 0),
    )
    assert lists.of("PACS") == found


def test_it_can_be_asked_to_call_somebody_and_what_came_of_it_is_kept():
    answers = {
        "/system": SYSTEM,
        "/modalities": MODALITIES,
        "/modalities/isocenter/echo": 200,
        "/modalities/odd%20one%2F%C3%A9/echo": 500,
    }
    lists = OtherLists(FixedClock())
    with orthanc(answers) as (node, _):
        lists.ask(node)
        assert lists.have_it_echo(node, "isocenter").reached is True
        assert lists.have_it_echo(node, "odd one/é").reached is False
        assert [one.reached for one in lists.of("PACS").entries] == [True, None, False]
        assert [one.reached for one in lists.ask(node).entries] == [True, None, False]
        with pytest.raises(UsageError, match="no entry"):
            lists.have_it_echo(node, "nobody")
    again = OtherLists(FixedClock())
    again.restore({"PACS": json.loads(json.dumps(lists.memory("PACS"))), "spoilt": {"list": 5}})
    assert again.of("PACS") == lists.of("PACS")
    again.rename("PACS", "P")
    again.forget("P")
    assert again.of("P") is None
    assert again.memory("P") == {}


@pytest.mark.parametrize(
    ("answers", "kind", "words"),
    [
        ({}, LocalError, "404"),
        ({"/system": {"Name": "x"}}, UsageError, "no Orthanc"),
        ({"/system": [1]}, UsageError, "no JSON object"),
        ({"/system": SYSTEM, "/modalities": ["a", "b"]}, UsageError, "no JSON object"),
    ],
)
def test_whoever_answers_otherwise_is_no_orthanc(answers, kind, words):
    lists = OtherLists(FixedClock())
    with orthanc(answers) as (node, _), pytest.raises(kind, match=words):
        lists.ask(node)
    assert lists.of("PACS") is None


def test_nobody_there_is_said_so():
    with orthanc({}) as (node, _):
        pass
    with pytest.raises(LinkLost, match="an Orthanc would tell"):
        OtherLists(FixedClock()).ask(node)


@pytest.mark.parametrize(("title", "port", "is_it"), [("ORTHANC", 4242, True), ("ORTHANC", 104, False), ("OTHER", 4242, False)])
def test_another_archive_of_the_same_computer_is_not_taken_for_the_node(title, port, is_it, monkeypatch):
    with orthanc({"/system": SYSTEM, "/modalities": {}}) as (there, _):
        monkeypatch.setattr("isocenter.jobs.other_lists.ORTHANC_REST_PORT", int(there.dicomweb_url.split(":")[2].split("/")[0]))
        node = Node("PACS", title, "127.0.0.1", port)
        if is_it:
            assert OtherLists(FixedClock()).ask(node).entries == ()
        else:
            with pytest.raises(UsageError, match="is ORTHANC on port 4242, and not"):
                OtherLists(FixedClock()).ask(node)


@pytest.mark.parametrize(
    ("node", "base"),
    [
        (Node("P", "P", "10.0.0.1"), "http://10.0.0.1:8042"),
        (Node("P", "P", "fe80::1"), "http://[fe80::1]:8042"),
        (replace(Node("P", "P", "h"), dicomweb_url="https://pacs:8443/x/dicom-web"), "https://pacs:8443"),
    ],
)
def test_it_is_asked_where_its_entry_leads(node, base):
    assert base_of(node) == base


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4)
                    | st.dictionaries(st.sampled_from(["AET", "Host", "Port", "x"]), inner, max_size=4), max_leaves=12)  # fmt: skip


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5))
def test_whatever_it_says_is_an_entry_or_none(found):
    for entry in _entries(found):
        assert isinstance(entry.ae_title, str)
        assert 0 <= entry.port <= 0xFFFF
