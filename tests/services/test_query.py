"""C-FIND: what is asked for in any alphabet is found, and every answer says all that was asked (PS3.4 C.4.1)."""

from __future__ import annotations

import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from isocenter.base.limits import QUERY_KEYS_MAX, QUERY_VALUES_MAX
from isocenter.dimse.commands import CommandField
from isocenter.dimse.exchange import Cancelled
from isocenter.model.query import AnyOf, CombinedRange, Key, Range, Root, Single, Wildcard
from isocenter.model.records import Node
from isocenter.services.query import ANSWERS
from isocenter.standard import sop_class, status, transfer_syntax
from isocenter.wire.pdu import ExtendedNegotiation

STUDY, PATIENT, ONLY = sop_class.STUDY_ROOT_FIND, sop_class.PATIENT_ROOT_FIND, sop_class.PATIENT_STUDY_ONLY_FIND
EXPLICIT = transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN
SYNTAXES = [EXPLICIT, transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN, transfer_syntax.EXPLICIT_VR_BIG_ENDIAN]


def asking(level: str | None = "STUDY", **keys) -> Dataset:
    asked = Dataset()
    if level is not None:
        asked.QueryRetrieveLevel = level
    character_set = keys.pop("SpecificCharacterSet", None)
    if character_set is not None:
        asked.SpecificCharacterSet = character_set
    for keyword, value in keys.items():
        setattr(asked, keyword, value)
    return asked


@pytest.fixture
def find(roster, request_of, tools):
    """One C-FIND through the roster: its answers as data sets, and the commands of all responses."""

    def send(asked, *, model=STUDY, syntax=EXPLICIT, by=None, **request):
        identifier = asked if isinstance(asked, bytes) else tools.encoded(asked, syntax)
        given = request_of(CommandField.C_FIND_RQ, model, identifier, syntax=syntax, **request)
        replies, forwards = tools.run((by or roster).serve(given))
        assert not forwards
        assert all(reply.command.field == CommandField.C_FIND_RSP for reply in replies)
        answers = [tools.decoded(reply.identifier, syntax) for reply in replies if reply.identifier is not None]
        return answers, [reply.command for reply in replies]

    return send


@pytest.fixture
def refused(find):
    """A C-FIND that is refused: its one response's status, offending elements and comment."""

    def send(asked, **request):
        answers, (command,) = find(asked, **request)
        assert answers == []
        assert not command.has_data_set
        return command.status, command.offending_elements, command.error_comment

    return send


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_query_is_answered_match_by_match_then_with_success(find, syntax):
    answers, commands = find(asking(StudyInstanceUID="", PatientID=""), syntax=syntax)
    assert [answer.StudyInstanceUID for answer in answers] == [f"1.2.3.{n}" for n in range(1, 7)]
    assert [command.status for command in commands] == [status.PENDING] * 6 + [status.SUCCESS]
    assert [command.has_data_set for command in commands] == [True] * 6 + [False]
    assert {command.message_id_being_responded_to for command in commands} == {7}


def test_every_key_is_answered_and_the_answer_says_level_origin_and_availability(find):
    asked = asking(
        PatientName="DOE*", StudyDate="", ModalitiesInStudy="", NumberOfStudyRelatedInstances="", StudyID="",
        NumberOfPatientRelatedStudies="", ReferencedStudySequence=Sequence([Dataset()]), PregnancyStatus=None, SeriesDescription="",
    )  # fmt: skip
    (answer,), _ = find(asked)
    assert answer.QueryRetrieveLevel == "STUDY"
    assert answer.RetrieveAETitle == "ISOCENTER"
    assert answer.InstanceAvailability == "ONLINE"
    assert answer.PatientName == "DOE^JOHN"
    assert answer.ModalitiesInStudy == ["CT", "SR"]
    assert answer.NumberOfStudyRelatedInstances == 3
    assert answer.NumberOfPatientRelatedStudies == 1
    assert answer.StudyDate == "20260101"
    for empty in ("StudyID", "ReferencedStudySequence", "PregnancyStatus", "SeriesDescription"):
        assert empty in answer
        assert answer[empty].is_empty
    assert [element.tag for element in answer] == sorted(element.tag for element in answer)


@pytest.mark.parametrize(
    ("model", "level", "keys", "count"),
    [
        (PATIENT, "PATIENT", {"PatientID": ""}, 6),
        (PATIENT, "PATIENT", {"PatientID": "P1"}, 1),
        (PATIENT, "STUDY", {"PatientID": "P1", "StudyInstanceUID": ""}, 1),
        (PATIENT, "SERIES", {"PatientID": "P1", "StudyInstanceUID": "1.2.3.1", "SeriesInstanceUID": ""}, 2),
        (PATIENT, "IMAGE", {"SeriesInstanceUID": "1.2.3.1.1", "SOPInstanceUID": ""}, 2),
        (STUDY, "STUDY", {"AccessionNumber": "A3"}, 1),
        (STUDY, "SERIES", {"StudyInstanceUID": "1.2.3.2", "Modality": "ct"}, 1),
        (STUDY, "IMAGE", {"StudyInstanceUID": "1.2.3.2", "InstanceNumber": "2"}, 1),
        (ONLY, "PATIENT", {"PatientSex": "F"}, 2),
        (ONLY, "STUDY", {"PatientID": "P2", "StudyInstanceUID": ""}, 1),
    ],
)
def test_every_model_is_searched_at_its_levels(find, model, level, keys, count):
    answers, commands = find(asking(level, **keys), model=model)
    assert len(answers) == count
    assert commands[-1].status == status.SUCCESS
    assert all(answer.QueryRetrieveLevel == level for answer in answers)


@pytest.mark.parametrize(
    ("model", "level"),
    [(STUDY, "PATIENT"), (ONLY, "SERIES"), (ONLY, "IMAGE"), (PATIENT, "FRAME"), (PATIENT, "\x1b[31m"), (STUDY, "")],
)
def test_group_47_a_level_outside_the_model_is_refused(refused, model, level):
    code, offending, comment = refused(asking(level, PatientID="P1"), model=model)
    assert (code, offending) == (status.DATA_SET_MISMATCH, (0x00080052,))
    assert comment.startswith("QueryRetrieveLevel (0008,0052)")
    assert "\x1b" not in comment


def test_group_47_no_level_and_no_identifier_are_refused(refused):
    assert refused(asking(None, PatientID="P1")) == (
        status.DATA_SET_MISMATCH, (0x00080052,), "QueryRetrieveLevel (0008,0052) is missing",
    )  # fmt: skip
    code, _, comment = refused(b"")
    assert (code, comment) == (status.DATA_SET_MISMATCH, "the request came without an identifier")


@pytest.mark.parametrize("identifier", [b"\xff" * 40, b"\x08\x00R\x00CS\xff\xff", b"PK\x03\x04" * 9, b"\x08"])
def test_an_identifier_that_is_no_data_set_is_refused(refused, identifier):
    code, _, comment = refused(identifier)
    assert code == status.DATA_SET_MISMATCH
    assert comment


def test_an_identifier_cut_anywhere_is_answered(find, tools):
    whole = tools.encoded(asking(PatientName="DOE*", StudyDate="20260101-", StudyInstanceUID=""))
    for length in range(len(whole)):
        _, commands = find(whole[:length])
        assert commands[-1].status in (status.SUCCESS, status.DATA_SET_MISMATCH)


@pytest.mark.parametrize(
    ("keys", "tag", "words"),
    [
        ({"StudyDate": "yesterday"}, 0x00080020, "StudyDate (0008,0020) is not a date"),
        ({"StudyTime": "noon"}, 0x00080030, "StudyTime (0008,0030) is not a time"),
        ({"PatientID": "*?" * 500_000}, 0x00100020, "PatientID (0010,0020) has more than 32 wild cards"),
        ({"PatientName": ["A*", "B*"]}, 0x00100010, "PatientName (0010,0010) is a list of wild cards"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_group_47_a_key_that_cannot_be_matched_with_is_named(refused, keys, tag, words):
    code, offending, comment = refused(asking(**keys), syntax=transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN)
    assert (code, offending) == (status.DATA_SET_MISMATCH, (tag,))
    assert comment.startswith(words)


@pytest.mark.parametrize(
    ("count", "offending", "words"),
    [(QUERY_VALUES_MAX + 1, (0x0020000D,), f"more than {QUERY_VALUES_MAX} values"), (100_000, (), "more than 100000 elements")],
)
def test_group_47_a_hundred_thousand_uids_are_refused(refused, count, offending, words):
    identifier = b"\x08\x00\x52\x00\x06\x00\x00\x00STUDY "
    uids = "\\".join(f"1.2.{n:05}" for n in range(count)).encode()
    identifier += b"\x20\x00\x0d\x00" + (len(uids) + 1).to_bytes(4, "little") + uids + b"\0"
    code, elements, comment = refused(identifier, syntax=transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN)
    assert (code, elements) == (status.DATA_SET_MISMATCH, offending)
    assert words in comment


def test_group_47_ten_thousand_keys_are_refused(refused):
    asked = asking()
    for element in range(10_000):
        asked.add_new(0x00111000 + element, "LO", "")
    code, _, comment = refused(asked)
    assert code == status.DATA_SET_MISMATCH
    assert str(QUERY_KEYS_MAX) in comment


def test_group_47_sequences_nested_too_deep_are_refused(refused):
    inner = Dataset()
    for _ in range(70):
        outer = Dataset()
        outer.ReferencedStudySequence = Sequence([inner])
        inner = outer
    inner.QueryRetrieveLevel = "STUDY"
    assert refused(inner)[0] == status.DATA_SET_MISMATCH


@pytest.mark.parametrize("text", ["%", "_", "'", '"', ";--", "' OR '1'='1", "%_'\";--"])
def test_group_47_what_means_something_to_a_database_means_itself(find, shelf, text):
    answers, commands = find(asking(PatientName=text, PatientID=text))
    assert answers == []
    assert commands[-1].status == status.SUCCESS
    assert set(shelf.queries[-1].keys) == {Key("PatientName", Single(text)), Key("PatientID", Single(text))}


def test_group_47_a_reversed_range_finds_nothing(find):
    assert find(asking(StudyDate="20260601-20260101"))[0] == []


def test_group_47_private_keys_are_answered_empty_in_their_block(find):
    asked = asking(StudyInstanceUID="1.2.3.1")
    asked.private_block(0x0011, "ACME", create=True).add_new(0x01, "LO", "anything")
    (answer,), commands = find(asked)
    assert answer[0x00110010].value == "ACME"
    assert answer[0x00111001].is_empty
    assert commands[0].status == status.PENDING_KEYS_UNSUPPORTED


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"PregnancyStatus": None}, status.PENDING),
        ({"PregnancyStatus": 4}, status.PENDING_KEYS_UNSUPPORTED),
        ({"SeriesDescription": ""}, status.PENDING),
        ({"SeriesDescription": "*"}, status.PENDING),
        ({"SeriesDescription": "T1"}, status.PENDING_KEYS_UNSUPPORTED),
        ({"NumberOfStudyRelatedInstances": "3"}, status.PENDING_KEYS_UNSUPPORTED),
        ({"RequestedProcedureCodeSequence": Sequence([])}, status.PENDING),
        ({"RequestedProcedureCodeSequence": Sequence([Dataset()])}, status.PENDING),
        ({"TimezoneOffsetFromUTC": "+0100"}, status.PENDING),
    ],
)
def test_an_optional_key_that_could_not_be_matched_with_is_admitted(find, keys, code):
    _, commands = find(asking(StudyInstanceUID="1.2.3.1", **keys))
    assert [command.status for command in commands] == [code, status.SUCCESS]


def test_a_sequence_with_a_value_to_match_is_admitted_and_answered_empty(find):
    item = Dataset()
    item.CodeValue = "CHEST"
    (answer,), commands = find(asking(StudyInstanceUID="1.2.3.1", ProcedureCodeSequence=Sequence([item])))
    assert commands[0].status == status.PENDING_KEYS_UNSUPPORTED
    assert answer.ProcedureCodeSequence == []


def test_modality_at_the_study_level_means_the_modalities_in_the_study(find, shelf):
    answers, commands = find(asking(Modality="SR", StudyInstanceUID=""))
    assert len(answers) == 6
    assert commands[0].status == status.PENDING
    assert shelf.queries[-1].keys == (Key("ModalitiesInStudy", Single("SR")),)
    assert find(asking(Modality="MR"))[0] == []


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"StudyDate": "20260301-20260430"}, [3, 4]),
        ({"StudyDate": "-20260215"}, [1, 2]),
        ({"StudyDate": "20260520-"}, [5, 6]),
        ({"StudyDate": "20260101"}, [1]),
        ({"StudyDate": "20260101\\20260630"}, [1, 6]),
        ({"StudyTime": "10"}, [1, 2]),
        ({"StudyTime": "103015-"}, [2, 3, 4, 5]),
        ({"StudyTime": "-1030"}, [1, 2, 6]),
        ({"PatientID": "P?"}, [1, 2, 3, 4, 5, 6]),
        ({"PatientID": "P1\\P4"}, [1, 4]),
        ({"StudyInstanceUID": "1.2.3.2\\1.2.3.3"}, [2, 3]),
        ({"PatientName": "doe^john"}, [1]),
        ({"PatientName": "*JOHN"}, [1]),
        ({"PatientSex": "f"}, [3, 6]),
    ],
)
def test_all_kinds_of_matching_find_what_they_should(find, keys, found):
    asked = asking(StudyInstanceUID="")
    for keyword, value in keys.items():
        setattr(asked, keyword, value)
    answers, _ = find(asked)
    assert [int(answer.StudyInstanceUID.split(".")[-1]) for answer in answers] == found


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_star_in_a_date_matches_everything(find):
    assert len(find(asking(StudyDate="*", StudyTime="*"), syntax=transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN)[0]) == 6


def test_keys_become_the_query_of_the_house(find, shelf):
    find(
        asking(
            "SERIES", PatientName="D*", StudyInstanceUID=["1.2", "1.3"], StudyDate="20260101-", SeriesDescription="", Modality="CT"
        ),
        model=PATIENT,
    )
    query = shelf.queries[-1]
    assert query.root is Root.PATIENT
    assert set(query.keys) == {
        Key("PatientName", Wildcard("D*")), Key("StudyInstanceUID", AnyOf(("1.2", "1.3"))),
        Key("StudyDate", Range("20260101", "")), Key("Modality", Single("CT")),
    }  # fmt: skip
    assert set(query.returned) == {"PatientName", "StudyInstanceUID", "StudyDate", "SeriesDescription", "Modality"}
    assert query.extra_tags == ()
    assert query.limit is None


def test_attributes_outside_the_index_are_read_from_the_image(find, shelf):
    asked = asking("IMAGE", SOPInstanceUID="1.2.3.1.1.1", SliceThickness=None, RedPaletteColorLookupTableData=None, Rows=None)
    (answer,), _ = find(asked)
    assert shelf.queries[-1].extra_tags == (0x00180050,)
    assert answer.SliceThickness == 2.5
    assert answer.Rows == 512
    assert answer["RedPaletteColorLookupTableData"].is_empty


CHARACTER_SETS = [
    ("ISO_IR 144", "ПРИ", "Люк*", 3),
    ("ISO_IR 192", "ПРИ", "люк*", 3),
    ("ISO_IR 126", "ΔΙΟ", "Διον*", 4),
    ("ISO_IR 192", "ΔΙΟ", "ΔΙΟΝ*", 4),
    ("ISO_IR 192", "山田", "*山田^太郎*", 5),
    ("\\ISO 2022 IR 87", "山田", "*=山田^太郎=*", 5),
    ("ISO_IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ", "ﾔﾏﾀﾞ^ﾊﾅｺ*", 6),
    ("ISO_IR 13", "ﾔﾏﾀﾞ", "ﾔﾏﾀﾞ*", 6),
    ("ISO_IR 100", "Müller", "müller*", 2),
    ("ISO-IR 100", "Müller", "MÜLLER*", 2),
    ("GB18030", "山田", "*山田^花子*", 6),
]


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize(("character_set", "why", "name", "found"), CHARACTER_SETS)
def test_a_name_in_any_alphabet_is_found_and_answered_in_a_declared_one(find, people, syntax, character_set, why, name, found):
    from isocenter.dataset import character_set as character_sets

    asked = asking(StudyInstanceUID="", StudyDescription="")
    asked.add_new(0x00080005, "CS", character_set.replace("ISO-IR", "ISO_IR"))
    raw = character_sets.encode(name, character_set)
    asked.add_new(0x00100010, "PN", raw)
    (answer,), commands = find(asked, syntax=syntax)
    assert commands[-1].status == status.SUCCESS
    person = people[found - 1]
    assert answer.StudyInstanceUID == f"1.2.3.{found}"
    assert str(answer.PatientName) == person[1]
    assert answer.StudyDescription == person[6]
    assert answer.SpecificCharacterSet


@pytest.mark.parametrize(
    ("character_set", "study", "declared"),
    [
        ("ISO_IR 144", 3, "ISO_IR 144"),
        ("ISO_IR 126", 4, "ISO_IR 126"),
        ("ISO_IR 100", 2, "ISO_IR 100"),
        ("ISO_IR 100", 3, "ISO_IR 192"),
        ("ISO_IR 192", 1, "ISO_IR 192"),
        ("\\ISO 2022 IR 87", 5, "ISO_IR 192"),
        (None, 5, "ISO_IR 192"),
    ],
)
def test_an_answer_is_written_in_the_set_that_was_asked_in_where_it_can_be(find, people, character_set, study, declared):
    keys = {} if character_set is None else {"SpecificCharacterSet": character_set.split("\\")}
    (answer,), _ = find(asking(StudyInstanceUID=f"1.2.3.{study}", PatientName="", StudyDescription="", **keys))
    assert answer.SpecificCharacterSet == declared
    assert str(answer.PatientName) == people[study - 1][1]


def test_an_ascii_answer_to_an_ascii_request_declares_no_character_set(find):
    (answer,), _ = find(asking(PatientName="DOE^JOHN"))
    assert "SpecificCharacterSet" not in answer


def test_an_empty_character_set_that_was_asked_for_is_returned(find):
    asked = asking(PatientName="DOE^JOHN")
    asked.add_new(0x00080005, "CS", "")
    (answer,), _ = find(asked)
    assert "SpecificCharacterSet" in answer


def test_a_node_that_declares_no_set_is_read_and_answered_in_its_own(find, people):
    node = Node("old", "OLD", "10.0.0.8", character_set="ISO_IR 144")
    asked = asking(StudyInstanceUID="")
    asked.add_new(0x00100010, "PN", "Люк*".encode("iso8859_5"))
    (answer,), _ = find(asked, node=node)
    assert str(answer.PatientName) == people[2][1]
    assert answer.SpecificCharacterSet == "ISO_IR 144"


def test_bytes_in_no_declared_set_are_read_as_utf8_or_latin1(find):
    for raw in ("Müller*".encode(), "Müller*".encode("latin-1")):
        asked = asking(StudyInstanceUID="")
        asked.add_new(0x00100010, "PN", raw)
        (answer,), _ = find(asked)
        assert str(answer.PatientName) == "Müller^Jürgen"


def test_group_47_a_character_set_that_lies_is_answered_all_the_same(find):
    asked = asking(StudyInstanceUID="")
    asked.add_new(0x00080005, "CS", "ISO_IR 192")
    asked.add_new(0x00100010, "PN", b"\xff\xfe*")
    answers, commands = find(asked)
    assert answers == []
    assert commands[-1].status == status.SUCCESS


def test_lax_queries_may_leave_out_the_levels_above(find):
    assert len(find(asking("IMAGE", SOPInstanceUID=""))[0]) == 18


@pytest.mark.parametrize(
    ("keys", "offending", "words"),
    [
        ({}, 0x0020000D, "StudyInstanceUID (0020,000D) is missing"),
        ({"StudyInstanceUID": "1.2.3.1\\1.2.3.2"}, 0x0020000D, "StudyInstanceUID (0020,000D) has more than a single value"),
        ({"StudyInstanceUID": "1.2.3.1"}, 0x0020000E, "SeriesInstanceUID (0020,000E) is missing"),
    ],
)
def test_strict_queries_need_one_unique_key_of_each_level_above(refused, find, make_roster, keys, offending, words):
    strict = make_roster(strict=True)
    code, elements, comment = refused(asking("IMAGE", SOPInstanceUID="", **keys), by=strict)
    assert (code, elements, comment) == (status.DATA_SET_MISMATCH, (offending,), words)
    relational = (ExtendedNegotiation(STUDY, b"\x01"),)
    assert find(asking("IMAGE", SOPInstanceUID="", **keys), by=strict, extended=relational)[1][-1].status == status.SUCCESS
    whole = asking("IMAGE", StudyInstanceUID="1.2.3.1", SeriesInstanceUID="1.2.3.1.1", SOPInstanceUID="")
    assert len(find(whole, by=strict)[0]) == 2


def test_dates_and_times_are_one_range_only_where_that_was_negotiated(find, shelf):
    asked = asking(StudyDate="20260101-20260215", StudyTime="1030-1045", StudyInstanceUID="")
    assert [answer.StudyInstanceUID for answer in find(asked)[0]] == ["1.2.3.2"]
    answers, _ = find(asked, extended=(ExtendedNegotiation(STUDY, b"\x00\x01"),))
    assert shelf.queries[-1].keys == (
        Key("StudyDate", CombinedRange("StudyTime", ("20260101", "1030"), ("20260215", "104559.999999"))),
    )
    assert [answer.StudyInstanceUID for answer in answers] == ["1.2.3.2"]


def test_a_cancelled_query_ends_with_fe00_and_leaves_the_catalogue(roster, request_of, tools, shelf):
    service = roster.serve(request_of(CommandField.C_FIND_RQ, STUDY, tools.encoded(asking(StudyInstanceUID=""))))
    next(service)
    next(service)
    reply = service.throw(Cancelled("C-CANCEL"))
    assert reply.command.status == status.CANCEL
    assert reply.identifier is None
    with pytest.raises(StopIteration):
        next(service)
    assert shelf.closed == 1


def test_a_query_whose_peer_is_gone_leaves_the_catalogue(roster, request_of, tools, shelf):
    service = roster.serve(request_of(CommandField.C_FIND_RQ, STUDY, tools.encoded(asking(StudyInstanceUID=""))))
    next(service)
    service.close()
    assert shelf.closed == 1


def test_matches_are_never_collected(make_roster, request_of, tools):
    class Endless:
        def find(self, query):
            while True:
                yield {"StudyInstanceUID": "1.2.3"}

    service = make_roster(catalogue=Endless()).serve(
        request_of(CommandField.C_FIND_RQ, STUDY, tools.encoded(asking(StudyInstanceUID="")))
    )
    commands = {id(next(service).command) for _ in range(1000)}
    assert len(commands) == 1
    service.close()


def test_every_status_of_the_table_is_one_of_the_standard():
    for _, code in ANSWERS:
        assert status.status_of(code, "find") is not None
