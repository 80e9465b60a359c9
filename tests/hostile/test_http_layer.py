"""HTTP from strangers, below any route: framing, headers, paths, methods, hosts, and connections that come in crowds or leave."""

from __future__ import annotations

import random
import socket
import threading
from contextlib import ExitStack

import pytest
from tests.hostile.browsers import HOST, Browser, answered, asked, page_seconds, request
from tests.hostile.conftest import ECHO_SECONDS, wait_until
from tests.hostile.strangers import echo_seconds
from tests.hostile.strangers import request as associate_request

from isocenter.base.config import Settings
from isocenter.base.limits import HTTP_CONNECTIONS_MAX, MIB
from isocenter.daemon import compose, lifecycle
from isocenter.daemon.instances import Place
from isocenter.net import ports

STATUS = request("/api/status")
LAST = request("/api/nothing-is-here", Connection="close")
STOW = "/dicom-web/studies"
MULTIPART = 'multipart/related; type="application/dicom"; boundary=x'
REFUSED = range(400, 500)


def posted(*headers: str, body: bytes = b"") -> bytes:
    """A POST whose headers, apart from the host, are exactly these lines."""
    lines = [f"POST {STOW} HTTP/1.1", f"Host: {HOST}", f"Content-Type: {MULTIPART}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def got(*headers: bytes, path: bytes = b"/api/status") -> bytes:
    return b"\r\n".join((b"GET " + path + b" HTTP/1.1", b"Host: 127.0.0.1", *headers)) + b"\r\n\r\n"


CHUNKED = "Transfer-Encoding: chunked"
SMUGGLING = {
    "76 a negative length": posted("Content-Length: -1", body=STATUS),
    "76 a length that is no number": posted("Content-Length: 0x10", body=STATUS),
    "76 a length with a sign": posted("Content-Length: +5", body=STATUS),
    "76 an empty length": posted("Content-Length:", body=STATUS),
    "76 a length beyond 64 bits": posted("Content-Length: 99999999999999999999999", body=STATUS),
    "76 two lengths that differ": posted("Content-Length: 0", f"Content-Length: {len(STATUS)}", body=STATUS),
    "76 two lengths in one": posted(f"Content-Length: 0, {len(STATUS)}", body=STATUS),
    "76 length and chunks": posted("Content-Length: 5", CHUNKED, body=b"0\r\n\r\n" + STATUS),
    "76 chunks and length": posted(CHUNKED, f"Content-Length: {len(STATUS) + 5}", body=b"0\r\n\r\n" + STATUS),
    "76 chunks that are not last": posted("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + STATUS),
    "76 chunks of an unknown coding": posted("Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + STATUS),
    "76 chunks behind a vertical tab": posted("Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n" + STATUS),
    "76 a chunk of 2^64": posted(CHUNKED, body=b"FFFFFFFFFFFFFFFFF\r\n" + STATUS),
    "76 a chunk of less than nothing": posted(CHUNKED, body=b"-1\r\n" + STATUS),
    "76 a chunk without a size": posted(CHUNKED, body=b"\r\n" + STATUS),
    "76 a chunk that ends in something else": posted(CHUNKED, body=b"5\r\nhelloXX0\r\n\r\n" + STATUS),
    "76 a chunk that is longer than it says": posted(CHUNKED, body=b"2\r\nhello\r\n0\r\n\r\n" + STATUS),
    "76 a chunk whose size ends in a bare LF": posted(CHUNKED, body=b"0\n\n" + STATUS),
    "76 a space before the colon": posted(f"Content-Length : {len(STATUS)}", body=STATUS),
    "77 a header that goes on in the next line": got(b"X-Long: a", b" Content-Length: 5", b"Content-Length: 0"),
    "77 a header with a NUL": got(b"X-A: a\0b"),
    "77 a header with a bare CR": got(b"X-A: a\rContent-Length: 5"),
    "77 a header whose name has a space": got(b"X A: a"),
    "77 a header without a name": got(b": a"),
    "77 a header without a colon": got(b"nonsense"),
    "86 no method": b" /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "86 a method that nobody knows": request("/api/status", "FETCH"),
    "86 TRACE": request("/api/status", "TRACE"),
    "86 CONNECT": b"CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "86 PUT": request("/api/status", "PUT", body=b""),
    "86 a change by a header that overrides": request("/api/check", X_HTTP_Method_Override="POST"),
    "87 no host": request("/api/status", host=None),
    "87 another host": request("/api/status", host="example.org"),
    "87 a host that begins like ours": request("/api/status", host="127.0.0.1.example.org"),
    "87 a host with a user": request("/api/status", host="127.0.0.1@example.org"),
    "87 a host that is only forwarded": request("/api/status", host="example.org", X_Forwarded_Host="127.0.0.1"),
    "87 a whole URL of another host": request("http://example.org/api/status", host="example.org"),
    "91 HTTP/2 from the start": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"),
    "91 no version": b"GET /api/status\r\n\r\n",
    "35 DICOM": associate_request(),
    "35 TLS": bytes.fromhex("16030100c8010000c40303") + bytes(190),
}  # fmt: skip


@pytest.mark.parametrize("raw", SMUGGLING.values(), ids=SMUGGLING)
def test_what_is_no_request_is_refused_and_nothing_is_smuggled_behind_it(page, raw):
    """One request of each holds another one in its body; its answer, which would show what we are called, must not come."""
    with Browser(page.http) as browser:
        browser.send(raw + LAST)
        received = browser.everything()
    assert b'"aet"' not in received
    assert not received or int(received.split(b" ", 2)[1]) in REFUSED, received[:200]
    assert received.count(b"HTTP/1.1 ") <= 2


def test_group_76_a_body_of_4_gib_that_never_comes_costs_nothing(page):
    """CVE-2026-5439: Orthanc allocated what Content-Length announced."""
    announced = posted("Content-Length: 4294967295", body=b"\r\n--x\r\nContent-Type: application/dicom\r\n\r\n" + bytes(1000))
    before = page.process.memory_info().rss
    with ExitStack() as opened:
        for _ in range(50):
            opened.enter_context(Browser(page.http)).send(announced)
        assert page_seconds(page.http) < 1
        assert min(echo_seconds(page.port) for _ in range(5)) < ECHO_SECONDS
        assert page.process.memory_info().rss - before < 64 * MIB


def test_group_76_extensions_of_chunks_are_bounded_or_passed_over(page):
    raw = posted(CHUNKED, body=b"1;" + b"a" * MIB + b"\r\nx\r\n0\r\n\r\n")
    with Browser(page.http) as browser:
        answer = browser.ask(raw)
    assert answer is None or answer.status in REFUSED
    assert page.process.memory_info().rss - page.rss < 64 * MIB


FLOODS = {
    "77 ten thousand headers": got(*[b"X-%d: a" % number for number in range(10_000)]),
    "77 a header of a MiB": got(b"X-A: " + b"a" * MIB),
    "77 a name of a MiB": got(b"A" * MIB + b": a"),
    "77 headers without an end": b"GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-A: a\r\n" * 400_000,
    "81 a path of a MiB": got(path=b"/" + b"a" * MIB),
    "81 a query of a MiB": got(path=b"/dicom-web/studies?PatientID=" + b"a" * MIB),
}


@pytest.mark.parametrize("raw", FLOODS.values(), ids=FLOODS)
def test_a_flood_of_headers_is_refused_while_it_comes(page, raw):
    with Browser(page.http) as browser:
        answer = browser.ask(raw)
    assert answer is None or answer.status in REFUSED
    assert page.process.memory_info().rss - page.rss < 64 * MIB


PATHS = {
    "81 up and out": "/../../../../etc/passwd",
    "81 up and out, escaped": "/%2e%2e%2f%2e%2e%2fetc/passwd",
    "81 up and out, escaped twice": "/%252e%252e%252fetc%252fpasswd",
    "81 up and out, overlong": "/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
    "81 up and out with semicolons": "/..;/..;/etc/passwd",
    "81 up and out with backslashes": "/..\\..\\etc\\passwd",
    "81 a room of ours": "/../app.py",
    "81 a room of ours, escaped": "/%2e%2e/app.py",
    "81 a whole file name": "//etc/passwd",
    "81 a NUL": "/index.html%00.png",
    "81 half an escape": "/%",
    "81 not UTF-8": "/%ff%fe",
    "81 studies of slashes": "/dicom-web//studies//",
    "81 a study that leads up": "/dicom-web/studies/../../etc/passwd",
    "81 a study that leads up, escaped": "/dicom-web/studies/%2e%2e%2f%2e%2e/metadata",
    "81 a study of dots": "/dicom-web/studies/..",
    "81 a study of letters": "/dicom-web/studies/abc/metadata",
    "81 a study with a NUL": "/dicom-web/studies/1.2.3%00/metadata",
    "81 a study of 65 characters": f"/dicom-web/studies/{'1.' * 32}1/metadata",
    "81 a study in Arabic digits": "/dicom-web/studies/%D9%A1.%D9%A2/metadata",
    "81 a series without a name": "/dicom-web/studies/1.2/series//metadata",
    "81 bulk data that leads up": "/dicom-web/studies/1.2/series/1.3/instances/1.4/bulkdata/../../../../x",
    "81 bulk data that leads up, escaped": "/dicom-web/studies/1.2/series/1.3/instances/1.4/bulkdata/%2e%2e%2f%2e%2e%2fx",
    "81 another root": "/dicom-web/%2f%2fexample.org/studies",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_path_leads_to_our_routes_or_nowhere(page, path):
    answer = asked(page.http, path)
    assert answer is not None
    assert answer.status in (400, 404, 405, 414), (answer.status, answer.body[:200])
    assert b"root:" not in answer.body
    assert b"Starlette" not in answer.body
    assert str(page.data).encode() not in answer.body


def test_group_86_an_upgrade_is_not_taken_up(page):
    """Neither to HTTP/2 in the clear nor to a WebSocket."""
    for protocol, more in (("h2c", {"HTTP2_Settings": "AAMAAABkAAQAAP__"}), ("websocket", {"Sec_WebSocket_Version": "13"})):
        key = {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        answer = answered(page.http, "/api/status", Upgrade=protocol, Connection="Upgrade", **more, **key)
        assert answer.status != 101
        assert answer.status == 200 or answer.status in REFUSED


def test_groups_87_88_a_change_needs_the_header_that_no_foreign_page_can_send(page):
    """Forms and scripts of other sites may send these (CSRF); nothing is changed by them. The log would tell of a check."""
    before = len(page.log())
    for origin, kind in (
        ("null", "text/plain"),
        ("http://example.org", "application/x-www-form-urlencoded"),
        ("http://example.org", ""),
    ):
        for path in ("/api/check", "/api/reindex", "/api/debug?on=1"):
            answer = answered(page.http, path, "POST", body=b"a=b", Origin=origin, Content_Type=kind)
            assert answer.status == 403, path
            assert "access-control-allow-origin" not in answer.headers
    assert "check" not in page.log()[before:]


def test_groups_87_88_what_another_origin_may_not_see_says_nothing_of_cors(page):
    for origin in ("null", "http://example.org", "http://127.0.0.1.example.org", "*"):
        answer = answered(page.http, "/dicom-web/studies", Origin=origin)
        assert "access-control-allow-origin" not in answer.headers
        answer = answered(page.http, "/dicom-web/studies", "OPTIONS", Origin=origin, Access_Control_Request_Method="POST")
        assert "access-control-allow-origin" not in answer.headers
        answer = answered(page.http, "/dicom-web/studies", "POST", body=b"", Origin=origin, Content_Type=MULTIPART)
        assert answer.status == 403


# Crowds


QUIET, DRIPPING, LIVE, CROWD = 100, 100, 100, 3000


def test_groups_77_90_some_who_say_nothing_and_some_who_drip_delay_nobody(page):
    with ExitStack() as opened:
        for _ in range(QUIET):
            opened.enter_context(Browser(page.http))
        slow = [opened.enter_context(Browser(page.http)) for _ in range(DRIPPING)]
        over = threading.Event()

        def drip() -> None:
            for byte in request("/api/status", X_Long="a" * 2000):
                for browser in slow:
                    browser.send(bytes((byte,)))
                if over.wait(0.02):
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            taken = sorted(echo_seconds(page.port) for _ in range(20))
            pages = sorted(page_seconds(page.http) for _ in range(10))
            grown = page.process.memory_info().rss - page.rss
        finally:
            over.set()
            dripping.join()
    assert taken[-3] < ECHO_SECONDS, f"{[round(one * 1000) for one in taken]} ms"
    assert pages[-2] < 1, f"{[round(one * 1000) for one in pages]} ms"
    assert grown < 64 * MIB, f"memory grew by {grown / MIB:.0f} MiB"


def test_group_90_a_crowd_above_the_bound_is_turned_away_and_dicom_does_not_notice(page):
    with ExitStack() as opened:
        for _ in range(CROWD):
            opened.enter_context(Browser(page.http))
        taken = sorted(echo_seconds(page.port) for _ in range(20))
        late = opened.enter_context(Browser(page.http)).answer()
        assert late is None or late.status == 503
        wait_until(
            lambda: page.process.num_fds() < page.descriptors + HTTP_CONNECTIONS_MAX + 80, "whom we turned away is still there"
        )
        grown = page.process.memory_info().rss - page.rss
    assert taken[-3] < ECHO_SECONDS, f"{[round(one * 1000) for one in taken]} ms"
    assert grown < 64 * MIB, f"memory grew by {grown / MIB:.0f} MiB"
    wait_until(
        lambda: (answer := asked(page.http, "/api/status")) is not None and answer.status == 200, "the page is not served again"
    )


def test_group_89_live_streams_that_nobody_reads_cost_little(page):
    with ExitStack() as opened:
        for _ in range(LIVE):
            opened.enter_context(Browser(page.http, window=4096)).send(request("/api/live"))
        for _ in range(20):
            assert echo_seconds(page.port) < 2
        assert min(echo_seconds(page.port) for _ in range(5)) < ECHO_SECONDS
        assert page_seconds(page.http) < 2
        grown = page.process.memory_info().rss - page.rss
    assert grown < 64 * MIB, f"memory grew by {grown / MIB:.0f} MiB"


def test_group_90_those_who_leave_leave_nothing_behind(page):
    before = page.process.num_fds()
    for number in range(500):
        with Browser(page.http) as browser:
            browser.send(request("/api/live" if number % 2 else "/dicom-web/studies"))
            if number % 3 == 0:
                browser.sock.recv(10)
    wait_until(lambda: page.process.num_fds() <= before + 8, "connections that ended keep their descriptors")


def test_group_90_head_has_no_body_and_many_requests_fit_one_connection(page):
    with Browser(page.http) as browser:
        for path in ("/", "/api/status", "/dicom-web/studies", "/nowhere") * 25:
            answer = browser.ask(request(path, "HEAD"))
            assert answer is not None
            assert answer.status in (200, 204, 404, 405)
        answer = browser.ask(STATUS)
        assert answer is not None
        assert answer.json["aet"] == "ISOCENTER"


# Those who are too slow: with limits made short, in this process.


@pytest.fixture
def impatient(tmp_path, monkeypatch):
    """A house with its page, whose patience with HTTP is over after a part of a second; the value is its port."""
    monkeypatch.setenv("ISOCENTER_HOME", str(tmp_path / "home"))
    for name, seconds in (("HTTP_HEAD_SECONDS", 0.4), ("HTTP_SILENCE_SECONDS", 0.4), ("HTTP_LOOK_SECONDS", 0.1)):
        monkeypatch.setattr(f"isocenter.web.connection.{name}", seconds)
    port = ports.next_free(random.randrange(12_000, 30_000), "127.0.0.1")
    settings = Settings(port=0, http=port, listen="127.0.0.1")
    running = lifecycle.RunningHouse(compose.build(Place("hostile", tmp_path / "data"), settings))
    running.start()
    try:
        wait_until(lambda: is_there(port), "the page does not come up")
        yield port
    finally:
        running.close(0.0)


def is_there(port: int) -> bool:
    """Asked without opening the port, which would take it from the page that is coming up."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_group_77_a_head_that_does_not_come_to_its_end_is_given_up(impatient):
    with Browser(impatient) as nothing, Browser(impatient) as half:
        half.send(STATUS[:-4])
        for browser in (nothing, half):
            answer = browser.answer()
            assert answer is None or answer.status == 408


def test_group_76_a_body_that_stops_coming_is_given_up(impatient):
    with Browser(impatient) as browser:
        answer = browser.ask(posted("Content-Length: 100000", body=b"\r\n--x\r\n"))
        assert answer is None or answer.status in REFUSED
        assert browser.everything() == b""
    assert page_seconds(impatient) < 5
