"""Searches over HTTP: every spelling of a parameter that clients use, and a name for everything that cannot be understood."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.limits import QUERY_OFFSET_MAX, QUERY_PARAMETERS_MAX, QUERY_RESULTS_MAX, QUERY_STRING_BYTES_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.queries import EMPTY_WARNING, FUZZY_WARNING, RETURNED, Search, Wanted, pairs, search
from isocenter.dicomweb.resources import resource
from isocenter.model.attributes import ATTRIBUTES, BY_KEYWORD, BY_TAG, Level
from isocenter.model.query import AnyOf, Range, Root, Single, Wildcard
from isocenter.services.keys import QUERY_RETRIEVE_LEVEL, Asked, question

STUDY_UID, SERIES_UID, SOP_UID = (BY_KEYWORD[name].tag for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"))
PATIENT_NAME, PATIENT_ID, MODALITIES = 0x00100010, 0x00100020, 0x00080061


def asked(query: str, path: str = "/studies") -> Search:
    return search(resource(path), pairs(query.encode()))


def keys(found: Search) -> dict[int, str]:
    return {wanted.tag: wanted.text for wanted in found.wanted if wanted.text}


def refused(query: str | bytes, path: str = "/studies", status: int = 400) -> str:
    with pytest.raises(Problem) as caught:
        search(resource(path), pairs(query if isinstance(query, bytes) else query.encode()))
    assert caught.value.status == status
    return caught.value.detail


def matched(found: Search):
    """What the catalogue is asked to match, by the rules that C-FIND has too."""
    elements = [Asked(QUERY_RETRIEVE_LEVEL, found.level.name)]
    elements += [Asked(wanted.tag, wanted.text, wanted.matches_inside) for wanted in found.wanted]
    return {key.keyword: key.match for key in question(elements, Root.STUDY).query.keys}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {}),
        ("PatientID=12345", {"PatientID": Single("12345")}),
        ("00100020=12345", {"PatientID": Single("12345")}),
        ("0020000d=1.2", {"StudyInstanceUID": Single("1.2")}),
        ("PatientName=DOE*", {"PatientName": Wildcard("DOE*")}),
        ("PatientName=DOE%5EJ%3F", {"PatientName": Wildcard("DOE^J?")}),
        ("PatientName=DOE+J%C3%96RG", {"PatientName": Single("DOE J\u00d6RG")}),
        ("PatientName=", {}),
        ("PatientName=*", {}),
        ("PatientName=%25%25", {"PatientName": Single("%%")}),
        ("StudyDate=20200101-20201231", {"StudyDate": Range("20200101", "20201231")}),
        ("StudyDate=20200101-", {"StudyDate": Range("20200101", "")}),
        ("StudyTime=10-11", {"StudyTime": Range("10", "115959.999999")}),
        ("StudyInstanceUID=1.2,1.3", {"StudyInstanceUID": AnyOf(("1.2", "1.3"))}),
        ("StudyInstanceUID=1.2%5C1.3", {"StudyInstanceUID": AnyOf(("1.2", "1.3"))}),
        ("StudyInstanceUID=1.2&StudyInstanceUID=1.3", {"StudyInstanceUID": AnyOf(("1.2", "1.3"))}),
        ("ModalitiesInStudy=CT,MR", {"ModalitiesInStudy": AnyOf(("CT", "MR"))}),
        ("ModalitiesInStudy=CT%5CMR&multiplevaluematching=true", {"ModalitiesInStudy": AnyOf(("CT", "MR"))}),
        ("Modality=CT", {"ModalitiesInStudy": Single("CT")}),
        ("PatientID=a,b", {"PatientID": Single("a,b")}),
        ("PatientID=1&PatientID=1", {"PatientID": Single("1")}),
        ("PatientID='%3B+DROP+TABLE+study--", {"PatientID": Single("'; DROP TABLE study--")}),
    ],
)
def test_a_parameter_means_what_it_means_in_c_find(query, expected):
    assert matched(asked(query)) == expected


@pytest.mark.parametrize(
    ("path", "level", "fixed"),
    [
        ("/studies", Level.STUDY, {}),
        ("/series", Level.SERIES, {}),
        ("/instances", Level.IMAGE, {}),
        ("/studies/1.2/series", Level.SERIES, {STUDY_UID: "1.2"}),
        ("/studies/1.2/instances", Level.IMAGE, {STUDY_UID: "1.2"}),
        ("/studies/1.2/series/3.4/instances", Level.IMAGE, {STUDY_UID: "1.2", SERIES_UID: "3.4"}),
    ],
)
def test_a_path_says_what_is_searched_and_where(path, level, fixed):
    found = asked("", path)
    assert found.level is level
    assert keys(found) == fixed
    tags = {wanted.tag for wanted in found.wanted}
    unique = {Level.STUDY: {STUDY_UID}, Level.SERIES: {STUDY_UID, SERIES_UID}, Level.IMAGE: {STUDY_UID, SERIES_UID, SOP_UID}}
    assert tags >= unique[level] | set(RETURNED[level])
    assert (PATIENT_NAME in tags) == (path in ("/studies", "/series", "/instances"))
    assert (0x00080060 in tags) == (path not in ("/studies", "/studies/1.2/series/3.4/instances"))
    assert (found.limit, found.offset, found.warnings) == (None, 0, ())
    assert [wanted.tag for wanted in found.wanted] == sorted(tags)


def test_what_is_returned_without_asking_is_known_to_the_index():
    assert {tag for tags in RETURNED.values() for tag in tags} <= set(BY_TAG)
    for level, tags in RETURNED.items():
        assert all(BY_TAG[tag].level <= level for tag in tags)


def test_a_key_is_returned_too():
    assert Wanted(0x00081030, "HEAD*") in asked("StudyDescription=HEAD*").wanted
    assert Wanted(0x00180015) in asked("BodyPartExamined=", "/series").wanted


@pytest.mark.parametrize(
    ("query", "tags"),
    [
        ("includefield=00081040", {0x00081040}),
        ("includefield=StudyID,OperatorsName&includefield=00181030", {0x00200010, 0x00081070, 0x00181030}),
        ("includefield=00091001", {0x00091001}),
        ("includefield=RequestAttributesSequence.ScheduledProcedureStepID", {0x00400275}),
        ("includefield=00400275.00400009", {0x00400275}),
    ],
)
def test_what_is_to_be_included_is(query, tags):
    found = asked(query, "/series")
    assert tags <= {wanted.tag for wanted in found.wanted}
    assert found.warnings == ()


@pytest.mark.parametrize("path", ["/studies", "/series", "/instances"])
def test_all_means_everything_that_the_index_has_of_that_level(path):
    found = asked("includefield=all", path)
    expected = {attribute.tag for attribute in ATTRIBUTES if attribute.level <= found.level}
    assert {wanted.tag for wanted in found.wanted} == expected


def test_the_retrieve_url_and_the_availability_are_not_asked_of_the_archive():
    """Neither is in any data set: the question would be read from a million files."""
    tags = {wanted.tag for wanted in asked("includefield=RetrieveURL,InstanceAvailability", "/instances").wanted}
    assert not tags & {0x00081190, 0x00080056}


def test_fields_that_are_none_are_left_out_and_told_once():
    found = asked("includefield=Nonsense,%E2%98%BA,PatientID," + ",".join(f"No{number}" for number in range(50)))
    assert len(found.warnings) == 1
    assert '"Nonsense"' in found.warnings[0]
    assert found.warnings[0].isascii()
    assert len(found.warnings[0]) < 800


@pytest.mark.parametrize(
    "name", ["RequestAttributesSequence.ScheduledProcedureStepID", "00400275.00400009", "00400275.ScheduledProcedureStepID"]
)
def test_an_attribute_in_a_sequence_is_a_key(name):
    found = asked(f"{name}=SPS1", "/series")
    assert Wanted(0x00400275, "", matches_inside=True) in found.wanted
    assert Wanted(0x00400275) in asked(f"{name}=*", "/series").wanted


@pytest.mark.parametrize(("query", "limit", "offset"), [
    ("limit=5", 5, 0),
    ("limit=5&offset=20", 5, 20),
    ("limit=0", 0, 0),
    ("limit=1000000000000", QUERY_RESULTS_MAX, 0),
    ("limit=" + "9" * 5000, QUERY_RESULTS_MAX, 0),
    (f"offset={QUERY_OFFSET_MAX}", None, QUERY_OFFSET_MAX),
])  # fmt: skip
def test_limit_and_offset_are_numbers(query, limit, offset):
    found = asked(query)
    assert (found.limit, found.offset) == (limit, offset)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=-1", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("limit=0x10", "limit"),
        ("limit=%D9%A1", "limit"),
        ("limit=1&limit=2", "limit"),
        ("offset=-1", "offset"),
        ("offset=1000000000000000000", "offset"),
        ("offset=" + "9" * 5000, "offset"),
        ("offset=1&offset=1", "offset"),
        ("fuzzymatching=yes", "fuzzymatching"),
        ("fuzzymatching=" + "x" * 60_000, "fuzzymatching"),
        ("emptyvaluematching=1", "emptyvaluematching"),
        ("PatentName=X", "PatientName"),
        ("patientid=X", "PatientID"),
        ("Limit=1", "limit"),
        ("=x", "neither an attribute"),
        ("X", "neither an attribute"),
        ("Orderby=1", "neither an attribute"),
        ("limits=1", "limit"),
        ("patientNam=1", "PatientName"),
        ("order.by=1", "neither an attribute"),
        ("00000000=1", "neither an attribute"),
        ("00020010=1.2", "neither an attribute"),
        ("CommandField=1", "neither an attribute"),
        ("FFFEE000=1", "neither an attribute"),
        ("PatientName.=1", "neither an attribute"),
        (".PatientName=1", "neither an attribute"),
        ("00100010.x=1", "neither an attribute"),
        ("RequestAttributesSequence=1", "RequestAttributesSequence"),
        ("PatientID=1&PatientID=2", "PatientID"),
        ("PatientID=1&00100020=2", "00100020"),
        ("PatientID=%00", "PatientID"),
        ("PatientID=a%0D%0AX:+y", "PatientID"),
        ("PatientID=%1B%5B2J", "PatientID"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(query, name):
    assert name in refused(query)


def test_a_key_must_not_contradict_the_path():
    path = "/studies/1.2/series"
    assert keys(asked("StudyInstanceUID=1.2", path)) == {STUDY_UID: "1.2"}
    assert keys(asked("StudyInstanceUID=", path)) == {STUDY_UID: "1.2"}
    assert "StudyInstanceUID" in refused("StudyInstanceUID=1.3", path)
    assert "StudyInstanceUID" in refused("StudyInstanceUID=1.2,1.3", path)


@pytest.mark.parametrize("query", ["orderby=StudyDate", "_=1700000000", "includedefaults=false&count=1", "x", "aet=" + "x" * 5000])
def test_parameters_of_other_servers_are_ignored_and_told(query):
    found = asked(f"PatientID=1&{query}")
    assert keys(found) == {PATIENT_ID: "1"}
    (warning,) = found.warnings
    assert f'"{query.split("=")[0]}"' in warning
    assert warning.isascii()
    assert len(warning) < 200


def test_many_ignored_parameters_are_one_short_warning():
    (warning,) = asked("&".join(f"{'z' * 100}{number}=1" for number in range(500))).warnings
    assert len(warning) < 800


def test_what_is_not_done_is_told_in_the_words_of_the_standard():
    assert asked("fuzzymatching=true&PatientName=DOE").warnings == (FUZZY_WARNING,)
    assert asked("fuzzymatching=false").warnings == ()
    assert asked("emptyvaluematching=true").warnings == (EMPTY_WARNING,)
    assert asked("multiplevaluematching=true").warnings == ()


def test_parameters_of_every_resource_are_read_elsewhere():
    assert asked("accept=application/dicom%2Bjson&charset=utf-8") == asked("")


def test_the_query_of_a_url_is_bounded():
    assert refused(b"x" * (QUERY_STRING_BYTES_MAX + 1), status=414)
    assert refused("&".join(["includefield=PatientID"] * (QUERY_PARAMETERS_MAX + 1)))
    assert len(pairs(b"&".join([b"a=1"] * QUERY_PARAMETERS_MAX))) == QUERY_PARAMETERS_MAX
    with pytest.raises(Problem):
        pairs(b"&".join([b"a=1"] * (QUERY_PARAMETERS_MAX + 1)))
    assert pairs(b"a" * QUERY_STRING_BYTES_MAX) == [("a" * QUERY_STRING_BYTES_MAX, "")]
    every = ",".join(f"0009{number:04X}" for number in range(0x1000, 0x1000 + 6000))
    assert "includefield" in refused(f"includefield={every}")
    with pytest.raises(Problem):
        search(resource("/studies"), [("PatientID", "1")] * (QUERY_PARAMETERS_MAX + 1))


@pytest.mark.parametrize("query", [b"PatientName=%FF%FE", b"PatientName=\xff", b"%C3=x", b"PatientName=%ED%A0%80"])
def test_what_is_no_utf_8_is_refused(query):
    assert "UTF-8" in refused(query)


values = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.dictionaries(st.sampled_from(["PatientName", "PatientID", "AccessionNumber", "StudyDescription"]), values), st.booleans())
def test_any_text_comes_through_a_url_as_it_is(parameters, plus):
    query = urlencode(parameters) if plus else "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    assert keys(asked(query)) == {BY_KEYWORD[name].tag: value for name, value in parameters.items() if value}


names = st.sampled_from(["PatientName", "limit", "offset", "includefield", "fuzzymatching", "00100020", "accept", "all", "."])


@given(st.binary(max_size=80) | st.lists(st.tuples(names, values), max_size=6).map(lambda items: urlencode(items).encode()))
def test_any_query_is_read_or_refused(query):
    try:
        found = search(resource("/studies"), pairs(query))
    except Problem as problem:
        assert problem.status == 400  # noqa: PT017
        return
    assert all(text.isascii() for text in found.warnings)
    assert STUDY_UID in {wanted.tag for wanted in found.wanted}
