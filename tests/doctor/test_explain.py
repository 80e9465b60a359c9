"""Explaining a log: each line by its own product, repeats counted, names left out, and no log too large or too odd."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.limits import EXPLAIN_CALLERS_MAX, EXPLAIN_LINE_CHARACTERS_MAX
from isocenter.doctor.explain import NAME_LEFT_OUT, Summary, caller_named, explain, lines_of, masked
from isocenter.doctor.log_patterns import product_named, products
from isocenter.doctor.private_codes import codes, meaning

EXAMPLES = [pattern for product in products().values() for pattern in product.patterns]
ORTHANC_LINE = (
    "W1123 08:14:02.112233 main.cpp:443] DICOM authorization rejected for AET {title} on IP {address}: "
    'This AET is not listed in configuration option "DicomModalities"'
)


def summary_of(lines):
    whole = Summary()
    for line in explain(lines):
        whole.add(line)
    return whole


@pytest.mark.parametrize("pattern", EXAMPLES, ids=lambda pattern: f"{pattern.product}-{pattern.example[:40]}")
def test_every_example_is_recognised_alone_without_being_told_its_product(pattern):
    [line] = explain([pattern.example])
    assert line.pattern is pattern
    assert line.product == pattern.product


SEEN = [
    ("F: Association Request Failed: 0006:031c TCP Initialization Error: Connection refused", "DCMTK", "T1"),
    ("F: Association Request Failed: 0006:0320 Attempt to connect to unknown host: nosuchhost.example", "DCMTK", "N1"),
    ("E: No Acceptable Presentation Contexts", "DCMTK", "C1"),
    ("F: Association Request Failed: 0006:031a DUL network read timeout", "DCMTK", "A19"),
    ("E: cannot create network: 0006:031c TCP Initialization Error: Address already in use", "DCMTK", "T3"),
    ("I: Refusing Association (BadAEService)", "DCMTK", "A1"),
    ("I: Refusing Association (bad application entity service)", "DCMTK", "W3"),
    ("W: DB_startFindRequest(): missing Query/Retrieve Level", "DCMTK", "Q2"),
    ("E: findSCP: Database: startFindRequest Failed (Error: DataSetDoesNotMatchSOPClass):", "DCMTK", "Q2"),
    ("E: 0006:020e DIMSE Failed to send message", "DCMTK", "C5"),
    ("W: Move response with error status (Refused: MoveDestinationUnknown)", "DCMTK", "M1"),
    ("I: Received Final Move Response (Refused: OutOfResourcesSubOperations)", "DCMTK", "M2"),
    ("E: moveSCP: Sub-Association Request Failed: 0006:031c TCP Initialization Error: Connection refused", "DCMTK", "M2"),
    ("E: Receiving Association failed: 000b:090b TLS error: wrong version number", "DCMTK", "S1"),
    ("E: Receiving Association failed: 000b:0c18 TLS error: tlsv1 alert unknown ca", "DCMTK", "S10"),
    ("E: Receiving Association failed: 000b:08c7 TLS error: peer did not return a certificate", "DCMTK", "S9"),
    ("F: Association Request Failed: 000b:0886 TLS error: certificate verify failed", "DCMTK", "S5"),
    (
        "F: Association Request Failed: 0006:031d TCP I/O Error (Connection reset by peer) "
        "occurred in routine: sendAssociationRQTCP",
        "DCMTK",
        "S9",
    ),
    ("F: Association Request Failed: 000b:0017 OpenSSL I/O error (SSL_ERROR_SYSCALL)", "DCMTK", "S2"),
    ("E: Receiving Association failed: 0006:0321 Unrecognized PDU type: 16", "DCMTK", "S2"),
    (
        "W1123 06:20:41.435400 CommandDispatcher.cpp:602] Rejected association, because of a bad called AET in the request (WRONG)",
        "Orthanc",
        "A1",
    ),
    (
        "W1123 06:20:41.517678 main.cpp:404] DICOM authorization rejected  for AET STRANGER on IP 127.0.0.1: This AET is not "
        'listed in configuration option "DicomModalities"',
        "Orthanc",
        "A16",
    ),
    ("E1123 06:20:41.622905 FindScp.cpp:296] C-FIND request handler has failed: Bad request", "Orthanc", "Q2"),
    (
        "I1123 06:20:41.705051 CommandDispatcher.cpp:664] (dicom) Association Acknowledged (Max Send PDV: 16372) to AET VIEWER1 on "
        "IP 127.0.0.1 (but no valid presentation contexts)",
        "Orthanc",
        "C1",
    ),
    (
        "E1123 06:20:41.778612 OrthancException.cpp:58] Bad request: C-MOVE request matching no resource stored in Orthanc",
        "Orthanc",
        "M9",
    ),
    (
        "E1123 06:20:41.838015 OrthancException.cpp:58] Error in the network protocol: DicomAssociation - connecting to AET "
        '"VIEWER1": TCP Initialization Error: Connection refused',
        "Orthanc",
        "T1",
    ),
    (
        '\t"Details" : "DicomAssociation - connecting to AET \\"VIEWER1\\": TCP Initialization Error: Connection refused",',
        "Orthanc",
        "T1",
    ),
    ("E: Reason: Called AE title not recognised", "pynetdicom", "A1"),
    ("E: TCP Initialisation Error: [Errno 111] Connection refused", "pynetdicom", "T1"),
    ("E: Unknown PDU type received '0x47'", "pynetdicom", "P1"),
    ("E: No accepted presentation contexts", "pynetdicom", "C1"),
]
"""Lines that DCMTK 3.6.7, Orthanc 1.10.1 and pynetdicom 3.0.4 wrote when they were made to fail."""


@pytest.mark.parametrize(("line", "product", "fault"), SEEN)
def test_what_real_products_wrote_is_understood(line, product, fault):
    [told] = explain([line])
    assert told.pattern is not None
    assert (told.product, told.pattern.faults[0]) == (product, fault)


def test_several_products_in_one_log_are_told_apart():
    lines = [
        "E: Refusing Association (BadAEService)",
        "F: Reason: Called AE Title Not Recognized",
        ORTHANC_LINE.format(title="CT1", address="10.0.0.7"),
        "E: Reason: Called AE title not recognised",
        "[CONQUESTSRV1] ***Host 'VIEWER1' did not accept the connection",
        "nothing that anybody knows",
    ]
    assert [line.product for line in explain(lines)] == ["DCMTK", "DCMTK", "Orthanc", "pynetdicom", "Conquest", ""]


def test_a_line_that_two_products_write_is_of_the_one_that_spoke_before():
    shared = "E: Unknown PDU type received '0x47'"
    line = "Illegal service parameter: Called AP Title"
    after_orthanc = list(explain([ORTHANC_LINE.format(title="A", address="10.0.0.1"), line]))[1]
    after_dcmtk = list(explain(["E: Refusing Association (BadAEService)", line]))[1]
    assert (after_orthanc.product, after_dcmtk.product) == ("Orthanc", "DCMTK")
    assert next(iter(explain([shared]))).product == "pynetdicom"


def test_a_given_product_is_asked_alone():
    [line] = explain(["E: Refusing Association (BadAEService)"], product_named("Orthanc"))
    assert line.pattern is None


def test_what_the_pattern_caught_stands_in_the_sentence():
    [line] = explain(["[CONQUESTSRV1] ***Host 'VIEWER1' will not accept image"])
    assert "The destination VIEWER1 refused this class." in line.cause
    assert line.pattern.layer == "move"


def test_who_is_on_the_other_end_is_told_and_conquest_says_it_before():
    [line] = explain([ORTHANC_LINE.format(title="CT1", address="10.0.0.7")])
    assert (line.title, line.address) == ("CT1", "10.0.0.7")
    conquest = list(
        explain(
            [
                "[SRV1] Connected by address: 0700000a",
                '[SRV1] Calling Application Title : "CT_ROOM2        "',
                "[SRV1] ***Retrieve: move destination empty",
                "[SRV1] Connected by address: 0800000a",
                "[SRV1] ***Retrieve: move destination empty",
                "[SRV1] UPACS THREAD 118: ENDED AT: Mon Nov 23 19:12:04 2026",
                "[SRV1] ***Retrieve: move destination empty",
            ]
        )
    )
    assert (conquest[6].title, conquest[6].address) == ("", "")
    assert (conquest[2].title, conquest[2].address) == ("CT_ROOM2", "10.0.0.7")
    assert (conquest[4].title, conquest[4].address) == ("", "10.0.0.8")
    assert caller_named("CT1", "10.0.0.7") == "CT1 (10.0.0.7)"
    assert caller_named("", "10.0.0.7") == "10.0.0.7"


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("2026-11-23T08:14:02.112Z WARNING association: x", "2026-11-23T08:14:02.112Z"),
        ("20261123 08:14:02 ***Called AE title not accepted", "2026-11-23 08:14:02"),
        ("W1123 08:14:02.112233 main.cpp:443] x", "11-23 08:14:02"),
        ("08:14:02 something", "08:14:02"),
        ("nothing", ""),
    ],
)
def test_when_it_was_is_told_as_it_is_written(line, moment):
    [told] = explain([line])
    assert told.moment == moment


def test_repeats_are_counted_with_the_first_the_last_and_from_whom():
    lines = ["a quiet line"] + [ORTHANC_LINE.format(title=f"CT{n % 2}", address="10.0.0.7") for n in range(6)]
    whole = summary_of([*lines, "I: Accepting Association"])
    assert (whole.lines, whole.known, whole.faults) == (8, 7, 6)
    first = whole.first_fault
    assert first.number == 2
    group = whole.repeated(first)
    assert (group.count, group.last_number) == (6, 7)
    assert group.callers == {("CT0", "10.0.0.7"): 3, ("CT1", "10.0.0.7"): 3}
    assert list(whole.products) == ["Orthanc", "pynetdicom"]


def test_a_log_without_a_fault_has_no_first_one():
    assert summary_of(["I: Requesting Association", "nothing"]).first_fault is None


def test_a_flood_of_callers_is_bounded_and_still_counted():
    whole = summary_of(ORTHANC_LINE.format(title=f"CT{n}", address="10.0.0.7") for n in range(200))
    [group] = whole.groups()
    assert (group.count, len(group.callers)) == (200, EXPLAIN_CALLERS_MAX)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("***Refused to enter inconsistent link PatientNam into DICOMStudies: PatientID = '4711' Old='Roe', Refused='Doe'", "4711"),
        ("level STUDY, found DOE^JANE MARIE^M", "level STUDY"),
        ("(0010,0010) PN [Doe Jane] # 8, 1 PatientName", "0010,0010"),
        ("PatientName = 'Doe Jane'", "PatientName"),
    ],
)
def test_no_patient_s_name_goes_out(line, kept):
    told = masked(line)
    assert NAME_LEFT_OUT in told
    assert kept in told
    assert not any(name in told for name in ("Doe", "DOE", "Roe", "Jane", "JANE"))


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=12).map(lambda name: f"QX{name}"),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ ", min_size=3, max_size=12).map(lambda name: f"ZJ{name}"),
    st.sampled_from(["found {}", "PatientName={}", "[{}]", "(0010,0010) PN [{}]", "'{}' is twice here", "a,{}", 'x="{}"']),
)
def test_a_name_as_dicom_writes_it_goes_out_nowhere(family, given_name, line):
    told = masked(line.format(f"{family}^{given_name}"))
    assert family not in told
    assert given_name.strip() not in told


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=12).map(lambda name: f"QX{name}"),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=12).map(lambda name: f"ZJ{name}"),
    st.sampled_from(
        ["PatientName={}", "[{}]", "found ({})", "(0010,0010) PN [{}]", "'{}' is twice here", 'x="{}"', "Old='{}'", "<{}>"]
    ),
)
def test_a_family_name_of_several_words_goes_out_nowhere(family, given_name, line):
    told = masked(line.format(f"VAN {family} BERG^{given_name}"))
    assert not any(part in told for part in ("VAN", family, "BERG", given_name))


def test_a_name_in_three_scripts_is_left_out_to_its_end():
    whole = "=".join(f"{letter * 30}^{letter * 30}Z" for letter in "ABC")
    assert masked(f"PatientName={whole}") == f"PatientName={NAME_LEFT_OUT}"


def test_a_name_is_left_out_of_sentences_too():
    [line] = explain(["E1123 08:14:02.112233 StoreScp.cpp:170] Exception while storing DICOM: DOE^JANE is twice here"])
    assert "DOE" not in line.cause + line.text


def test_a_status_in_the_line_is_put_into_words_of_its_product():
    [line] = explain(["[SRV1] remote C-MOVE DICOM Error code c003 (49155) from ARCHIVE2"])
    assert line.status == "C003: The destination is not known in acrnema.map."
    [line] = explain(["I: Find SCP Response 1: 0xA900 (Failure - Identifier does not match SOP class)"])
    assert line.status.startswith("A900 Identifier does not match SOP class")


def test_a_code_of_a_product_has_its_own_meaning_and_others_the_standard_s():
    assert meaning(0xC003, "conquest", "move").endswith("acrnema.map.")
    assert meaning(0xA778, "dcm4che", "store").startswith("A778: Its Patient ID")
    assert meaning(0xA801, "Orthanc", "move").startswith("A801 Refused: move destination unknown.")
    assert meaning(0xC303, "anything", "ups").startswith("C303")
    assert all(row.meaning.endswith(".") and row.services for row in codes())


def test_a_stream_is_read_line_by_line_in_any_of_three_encodings():
    text = "one\r\ntwo\rthree\nno end"
    expected = ["one", "two", "three", "no end"]
    for encoded in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        assert list(lines_of(io.BytesIO(encoded))) == expected


def test_bytes_that_are_no_text_do_not_end_the_work():
    assert list(lines_of(io.BytesIO(b"\xff\xfeodd"))) != []
    assert list(lines_of(io.BytesIO(b"a\xff\x00b\nE: Refusing Association (BadAEService)")))[1].startswith("E: Ref")
    assert list(lines_of(io.BytesIO(b""))) == []


def test_a_hole_of_zeros_hides_no_line():
    hole = b"\0" * (3 * EXPLAIN_LINE_CHARACTERS_MAX + 5)
    assert list(lines_of(io.BytesIO(b"one\n" + hole + b"two\n"))) == ["one", "two"]


def test_a_line_without_an_end_is_cut_and_the_next_one_read():
    stream = io.BytesIO(b"x" * (10 * EXPLAIN_LINE_CHARACTERS_MAX + 7) + b"\nE: Refusing Association (BadAEService)\n")
    lines = list(lines_of(stream))
    assert [len(lines[0]), lines[1]] == [EXPLAIN_LINE_CHARACTERS_MAX, "E: Refusing Association (BadAEService)"]


@given(st.lists(st.integers(0, 3 * EXPLAIN_LINE_CHARACTERS_MAX), max_size=4))
def test_a_line_of_any_length_is_one_line(lengths):
    stream = io.BytesIO(b"".join(b"x" * length + b"\n" for length in lengths))
    assert [len(line) for line in lines_of(stream)] == [min(length, EXPLAIN_LINE_CHARACTERS_MAX) for length in lengths]


@given(st.lists(st.text() | st.sampled_from([pattern.example for pattern in EXAMPLES]), max_size=8))
def test_nothing_that_a_log_says_ends_the_work(lines):
    whole = summary_of(lines)
    assert whole.lines == len(lines)
    assert sum(group.count for group in whole.groups()) == whole.known
