"""multipart/related: any cut of a body tells the same, hostile bodies end with a reason, and others read what we write."""

import email
import io
import itertools
import re
from time import perf_counter

import pytest
import requests
from dicomweb_client import DICOMwebClient
from hypothesis import assume, example, given
from hypothesis import strategies as st

from isocenter.base.limits import MULTIPART_HEADER_BYTES_MAX, MULTIPART_OUTSIDE_BYTES_MAX, MULTIPART_PARTS_MAX
from isocenter.dicomweb.multipart import MultipartReader, MultipartWriter, PartBegan, PartBytes, PartEnded, related
from isocenter.dicomweb.problems import Problem

BOUNDARY = b"b0undary"
DELIMITER = b"\r\n--" + BOUNDARY


def told(body: bytes, places=(), boundary: bytes = BOUNDARY) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a body that is fed in runs cut at `places`."""
    reader = MultipartReader(boundary)
    edges = sorted({0, len(body), *places})
    parts: list[tuple[dict[str, str], bytearray]] = []
    is_open = False
    for start, stop in itertools.pairwise(edges):
        for event in reader.feed(body[start:stop]):
            if isinstance(event, PartBegan):
                assert not is_open
                assert event.number == len(parts) + 1
                parts.append((dict(event.headers), bytearray()))
                is_open = True
            elif isinstance(event, PartBytes):
                assert is_open
                assert event.view.nbytes
                parts[-1][1].extend(event.view)
            else:
                assert event == PartEnded(len(parts))
                is_open = False
    reader.close()
    assert not is_open
    assert reader.parts == len(parts)
    return [(headers, bytes(content)) for headers, content in parts]


def written(contents: list[bytes], content_type: str = "application/dicom") -> bytes:
    writer = MultipartWriter(BOUNDARY.decode(), content_type)
    return b"".join([piece for content in contents for piece in (writer.part(content_type), content)] + [writer.end()])


def fault(body: bytes, boundary: bytes = BOUNDARY) -> Problem:
    with pytest.raises(Problem) as caught:
        told(body, boundary=boundary)
    return caught.value


tricky = st.lists(
    st.sampled_from([b"\r", b"\n", b"-", b"--", b" ", b"x", BOUNDARY, DELIMITER, b"\r\n--", DELIMITER[:-1], b"\r\n\r\n", b"\0"]),
    max_size=12,
).map(b"".join)
contents = st.lists(tricky | st.binary(max_size=100), min_size=1, max_size=4)


def is_whole(content: bytes) -> bool:
    """Whether nothing in it is a delimiter: which a sender must see to when it chooses the boundary."""
    end = re.search(re.escape(DELIMITER) + rb"(--|[ \t]{0,64}\r\n)", content + DELIMITER + b"--")
    return end is not None and end.start() == len(content)


@given(contents, st.lists(st.integers(0, 2000), max_size=8))
@example([b"", b""], [])
@example([b"\r\n--b0undar", b"\r"], [1, 2, 3])
@example([DELIMITER + b" x" + DELIMITER + b"\rx"], [])
def test_what_is_written_is_read_wherever_it_is_cut(contents, places):
    assume(all(is_whole(content) for content in contents))
    body = written(contents)
    cut = [place % (len(body) + 1) for place in places]
    expected = [({"content-type": "application/dicom"}, content) for content in contents]
    assert told(body, cut) == expected


def test_a_body_reads_the_same_byte_by_byte_and_at_every_cut():
    body = b"before" + written([b"one\r\n--b0undar", b"", b"\r\n--b0undary?"])
    whole = told(body)
    assert told(body, range(len(body))) == whole
    for place in range(len(body)):
        assert told(body, [place]) == whole


def test_a_body_that_ends_anywhere_before_its_last_boundary_is_refused():
    body = written([b"one", b"two"])
    last = body.rindex(b"--\r\n")
    for stop in range(last + 2):
        assert fault(body[:stop]).status == 400
    for stop in range(last + 2, len(body) + 1):
        assert len(told(body[:stop])) == 2


def test_a_boundary_that_begins_a_line_of_the_content_is_content():
    content = b"x\r\n--b0undaryLonger\r\n--b0undary-\r\n--b0undary \tx\r\n"
    assert told(written([content])) == [({"content-type": "application/dicom"}, content)]


def test_white_space_may_follow_a_boundary():
    body = b"--b0undary \t \r\nContent-Type: a/b\r\n\r\nx" + DELIMITER + b"--  \r\nafter"
    assert told(body) == [({"content-type": "a/b"}, b"x")]


def test_a_preamble_and_an_epilogue_are_thrown_away_up_to_a_bound():
    body = written([b"x"])
    assert told(b"p" * 1000 + b"\r\n" + body + b"e" * 1000) == told(body)
    assert fault(b"\r\n" * MULTIPART_OUTSIDE_BYTES_MAX + body).status == 413
    assert fault(body + b"\r\n" * MULTIPART_OUTSIDE_BYTES_MAX).status == 413


@pytest.mark.parametrize("every_byte", [False, True])
def test_what_is_thrown_away_is_counted_to_the_byte(every_byte):
    body = written([b"x"])

    def status(whole: bytes) -> int:
        try:
            told(whole, range(len(whole)) if every_byte else [])
        except Problem as problem:
            return problem.status
        return 200

    room = MULTIPART_OUTSIDE_BYTES_MAX
    # The line end before the first boundary belongs to it; the one that every body is read behind counts.
    assert [status(b"p" * count + b"\r\n" + body.rstrip()) for count in (room - 2, room - 1)] == [200, 413]
    assert [status(body.rstrip() + b"e" * count) for count in (room, room + 1)] == [200, 413]
    half = b"h" * (room // 2)
    assert status(half + b"\r\n" + body.rstrip() + half) == 413


@pytest.mark.parametrize("every_byte", [False, True])
def test_headers_are_counted_to_the_byte(every_byte):
    for count, is_read in ((MULTIPART_HEADER_BYTES_MAX, True), (MULTIPART_HEADER_BYTES_MAX + 1, False)):
        head = b"X: ".ljust(count, b"y")
        body = b"--b0undary\r\n" + head + b"\r\n\r\nx" + DELIMITER + b"--"
        cut = range(len(body)) if every_byte else []
        if is_read:
            assert len(told(body, cut)[0][0]["x"]) == count - 3
        else:
            with pytest.raises(Problem, match="headers of part 1"):
                told(body, cut)


def test_parts_without_headers_read_the_same_at_every_cut():
    body = b"--b0undary\r\n\r\nx" + DELIMITER + b"\r\n\r\n" + DELIMITER + b"--"
    for places in ([], range(len(body)), *([place] for place in range(len(body)))):
        assert told(body, places) == [({}, b"x"), ({}, b"")]


def test_a_body_that_ends_too_early_says_in_which_part():
    body = written([b"one", b"two"])
    assert "part 1" in fault(body[:20]).detail
    assert "part 1" in fault(body[: body.index(b"one") + 2]).detail
    assert "part 2" in fault(body[: body.index(b"two") + 2]).detail


def test_parts_without_headers_are_read_and_are_dicom():
    reader = MultipartReader(BOUNDARY)
    events = reader.feed(b"--b0undary\r\n\r\nx" + DELIMITER + b"--")
    assert isinstance(events[0], PartBegan)
    assert events[0].headers == {}
    assert events[0].content_type.essence == "application/dicom"


def test_a_part_says_what_it_is():
    headers = b'Content-Type: application/octet-stream; transfer-syntax="1.2.3"\r\nContent-Location: ../../etc/passwd'
    reader = MultipartReader(BOUNDARY)
    events = reader.feed(b"--b0undary\r\n" + headers + b"\r\n\r\nx")
    assert isinstance(events[0], PartBegan)
    assert events[0].content_type.essence == "application/octet-stream"
    assert events[0].content_type.parameter("transfer-syntax") == "1.2.3"
    assert events[0].headers["content-location"] == "../../etc/passwd"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: a/b\r\n folded: x",
        b"no colon",
        b": no name",
        b"Content Type: a/b",
        b"Content-Type: a/b\r\ncontent-type: c/d",
        b"X: \0",
        b"X: a\nY: b",
        b"X: \x1b[2J",
    ],
)
def test_headers_that_break_the_rules_are_named(head):
    problem = fault(b"--b0undary\r\n" + head + b"\r\n\r\nx" + DELIMITER + b"--")
    assert problem.status == 400
    assert "part 1" in problem.detail


def test_headers_are_bounded_before_they_are_complete():
    head = b"--b0undary\r\nX: "
    with pytest.raises(Problem) as caught:
        told(head + b"y" * (MULTIPART_HEADER_BYTES_MAX + 8), range(MULTIPART_HEADER_BYTES_MAX + 30))
    assert caught.value.status == 413
    assert fault(b"--b0undary\r\n" + b"X: y\r\n" * MULTIPART_HEADER_BYTES_MAX).status == 413


def test_a_header_of_white_space_alone_takes_no_time():
    began = perf_counter()
    reader = MultipartReader(BOUNDARY)
    reader.feed(b"--b0undary\r\nX: " + b" " * (MULTIPART_HEADER_BYTES_MAX - 100) + b"y\r\n\r\n")
    assert perf_counter() - began < 0.05


def test_a_million_empty_parts_end_at_the_bound():
    reader = MultipartReader(BOUNDARY)
    reader.feed(b"--b0undary\r\n\r\n")
    run = (DELIMITER + b"\r\n\r\n") * 5000
    began = 1
    while began < MULTIPART_PARTS_MAX:
        began += sum(isinstance(event, PartBegan) for event in reader.feed(run))
    assert began == MULTIPART_PARTS_MAX
    with pytest.raises(Problem) as caught:
        reader.feed(run)
    assert caught.value.status == 413


def test_what_was_whole_before_a_fault_is_told_and_then_the_fault():
    body = b"--b0undary\r\n\r\nwhole" + DELIMITER + b"\r\nbroken\r\n\r\nx"
    reader = MultipartReader(BOUNDARY)
    events = reader.feed(body)
    assert [type(event) for event in events] == [PartBegan, PartBytes, PartEnded]
    for ask in (lambda: reader.feed(b"more"), reader.close):
        with pytest.raises(Problem):
            ask()


@pytest.mark.parametrize("body", [b"", b"nothing", b"--b0undary--", b"--b0undary--\r\n", b"--other\r\n\r\nx\r\n--other--"])
def test_a_body_without_a_part_is_refused(body):
    assert fault(body).status == 400


def test_large_parts_are_lent_and_not_gathered():
    reader = MultipartReader(BOUNDARY)
    reader.feed(b"--b0undary\r\n\r\n")
    run = bytes(range(256)) * 256
    for _ in range(50):
        events = reader.feed(run)
        assert len(events) == 1
        assert isinstance(events[0], PartBytes)
        assert events[0].view.obj is run


@given(st.binary(max_size=300) | tricky, st.lists(st.integers(0, 300), max_size=4))
def test_any_bytes_are_read_or_refused(body, places):
    outcomes = []
    for cut in ((), [place % (len(body) + 1) for place in places]):
        try:
            outcomes.append(told(body, cut))
        except Problem as problem:
            outcomes.append(problem.status)
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ('multipart/related; type="application/dicom"; boundary=abc', ("application/dicom", b"abc")),
        ("multipart/related;type=application/dicom;boundary=abc", ("application/dicom", b"abc")),
        ('Multipart/Related; BOUNDARY="a b\'c"; Type=Application/DICOM', ("application/dicom", b"a b'c")),
        ("multipart/related; boundary=0f3cf5c0-70e0-41ef-baef-c6f9f65ec3e1", ("", b"0f3cf5c0-70e0-41ef-baef-c6f9f65ec3e1")),
        ('multipart/related; boundary="x/y"; start="<a@b>"', ("", b"x/y")),
    ],
)
def test_a_content_type_names_its_root_and_its_boundary(content_type, expected):
    assert related(content_type) == expected


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("multipart/related; boundary=", 400),
        ('multipart/related; boundary=""', 400),
        ("multipart/related; boundary=" + "b" * 71, 400),
        ("multipart/related; boundary=" + "b" * 8192, 400),
        ('multipart/related; boundary="a\r\nb"', 400),
        ('multipart/related; boundary="a "', 400),
        ('multipart/related; boundary="caf\u00e9"', 400),
        ('multipart/related; boundary="abc', 400),
        ("multipart/form-data; boundary=abc", 415),
        ("application/dicom", 415),
        ("", 400),
        ("multipart", 400),
    ],
)
def test_other_content_types_are_refused(content_type, status):
    with pytest.raises(Problem) as caught:
        related(content_type)
    assert caught.value.status == status


def test_a_missing_boundary_is_named():
    with pytest.raises(Problem, match="names no boundary"):
        related("multipart/related; type=application/dicom")


def test_what_the_python_client_sends_is_read():
    contents = [b"DICM" * 100, b"\r\n", b""]
    client = DICOMwebClient("http://127.0.0.1:1/dicom-web")
    content_type = 'multipart/related; type="application/dicom"; boundary="0f3cf5c0-70e0-41ef-baef-c6f9f65ec3e1"'
    body = client._encode_multipart_message(contents, content_type)
    root, boundary = related(content_type)
    assert root == "application/dicom"
    assert [content for _, content in told(body, boundary=boundary)] == contents


@pytest.mark.parametrize("stream", [False, True])
def test_what_we_write_is_read_by_the_python_client(stream):
    contents = [b"DICM" * 100, b"--\r\n--", bytes(range(256))]
    response = requests.Response()
    response.status_code = 200
    response.headers["Content-Type"] = MultipartWriter(BOUNDARY.decode(), "application/dicom").content_type
    response.raw = io.BytesIO(written(contents))
    client = DICOMwebClient("http://127.0.0.1:1/dicom-web")
    assert list(client._decode_multipart_message(response, stream=stream)) == contents


def test_what_we_write_is_read_by_the_standard_library():
    writer = MultipartWriter("abc", "application/octet-stream")
    pieces = [
        writer.part("image/jls; transfer-syntax=1.2.3", ("Content-Location", "/studies/1")),
        b"one",
        writer.part("a/b"),
        b"two",
    ]
    content_type = writer.content_type.encode()
    message = email.message_from_bytes(b"Content-Type: " + content_type + b"\r\n\r\n" + b"".join(pieces) + writer.end())
    assert message.get_param("type") == "application/octet-stream"
    parts = message.get_payload()
    assert [part.get_payload() for part in parts] == ["one", "two"]
    assert parts[0]["Content-Location"] == "/studies/1"
    assert parts[0].get_param("transfer-syntax") == "1.2.3"
