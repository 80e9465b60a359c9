import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset
from starlette.responses import Response
from starlette.routing import Route
from tests.web.dicom_web import URL, file, serving

from isocenter.base.errors import LocalError
from isocenter.web import qido, stow

PARAMETERS = ("PatientName", "StudyDate", "limit", "offset", "includefield", "00080060", "ModalitiesInStudy", "x")
NAMES = ("Doe^John", "Doe^Jane", "Müller^Jörg", "Yamada^Tarou=山田^太郎", "")


def rooms(house):
    return [*qido.routes(house), *stow.routes(house)]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Five studies of two series of two instances each."""
    with serving(tmp_path_factory.mktemp("archive"), rooms) as service:
        files = [
            file(
                f"1.{study}.{series}.{number}",
                t00080005="ISO_IR 192",
                t00100010=NAMES[study - 1],
                t00100020=f"P{study}",
                t00080020=f"2026010{study}",
                t00080050=f"A{study}",
                t00200011=str(series),
                t00200013=str(number),
                t0020000D=f"1.{study}",
                t00080060="MR" if study == 5 else "CT",
            )
            for study in range(1, 6)
            for series in (1, 2)
            for number in (1, 2)
        ]
        # One after the other: those of one request are filed at once, and series are answered in the order of their arrival.
        assert all(service.store(one).status_code == 200 for one in files)
        yield service


def ask(service, path, **parameters):
    return service.client.get(f"/dicom-web{path}", params=parameters)


def uids(answer, tag="0020000D") -> list[str]:
    return [item[tag]["Value"][0] for item in answer.json()] if answer.status_code == 200 else []


@pytest.mark.parametrize(
    ("path", "tag", "found"),
    [
        ("/studies", "0020000D", ["1.5", "1.4", "1.3", "1.2", "1.1"]),
        ("/studies/1.2/series", "0020000E", ["1.2.1", "1.2.2"]),
        ("/studies/1.2/instances", "00080018", ["1.2.1.1", "1.2.1.2", "1.2.2.1", "1.2.2.2"]),
        ("/studies/1.2/series/1.2.2/instances", "00080018", ["1.2.2.1", "1.2.2.2"]),
        ("/studies/1.3/series/1.2.2/instances", "00080018", []),
        ("/studies/9/series", "0020000E", []),
    ],
)
def test_each_resource_is_searched_in_order(service, path, tag, found):
    assert uids(ask(service, path), tag) == found


def test_everything_is_found_at_every_level(service):
    assert len(ask(service, "/series").json()) == 10
    assert len(ask(service, "/instances").json()) == 20


def test_a_result_is_a_data_set_that_says_where_it_is(service):
    (found,) = ask(service, "/studies", PatientID="P3").json()
    study = Dataset.from_json(found)
    assert (study.PatientName, study.StudyDate, study.AccessionNumber) == ("Müller^Jörg", "20260103", "A3")
    assert (study.NumberOfStudyRelatedSeries, study.NumberOfStudyRelatedInstances) == (2, 4)
    assert (study.InstanceAvailability, study.RetrieveURL) == ("ONLINE", f"{URL}/studies/1.3")
    assert found["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Müller^Jörg"}]}


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"PatientName": "doe*"}, ["1.2", "1.1"]),
        ({"00100010": "DOE^J?NE"}, ["1.2"]),
        ({"PatientName": "MÜLLER*"}, ["1.3"]),
        ({"PatientName": "*山田*"}, ["1.4"]),
        ({"StudyDate": "20260102-20260103"}, ["1.3", "1.2"]),
        ({"StudyDate": "-20260102"}, ["1.2", "1.1"]),
        ({"StudyDate": "20260104-"}, ["1.5", "1.4"]),
        ({"StudyInstanceUID": "1.1,1.4"}, ["1.4", "1.1"]),
        ({"StudyInstanceUID": "1.1\\1.4"}, ["1.4", "1.1"]),
        ({"ModalitiesInStudy": "MR"}, ["1.5"]),
        ({"Modality": "MR"}, ["1.5"]),
        ({"AccessionNumber": "A2", "PatientID": "P2"}, ["1.2"]),
        ({"AccessionNumber": "A2", "PatientID": "P3"}, []),
        ({"PatientName": "%"}, []),
        ({"PatientName": "'; DROP TABLE study;--"}, []),
        ({"PatientID": ""}, ["1.5", "1.4", "1.3", "1.2", "1.1"]),
    ],
)
def test_studies_are_matched_as_c_find_does(service, parameters, found):
    assert uids(ask(service, "/studies", **parameters)) == found


def test_no_match_is_an_answer_without_content(service):
    answer = ask(service, "/studies", PatientID="nobody")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("limit", "offset", "found", "more"),
    [
        (2, 0, ["1.5", "1.4"], True),
        (2, 3, ["1.2", "1.1"], False),
        (5, 0, ["1.5", "1.4", "1.3", "1.2", "1.1"], False),
        (1, 5, [], False),
        (0, 0, [], True),
        (1, 10**12, [], False),
        (10**12, 4, ["1.1"], False),
    ],
)
def test_pages_tell_whether_there_is_more(service, limit, offset, found, more):
    answer = ask(service, "/studies", limit=limit, offset=offset)
    assert uids(answer) == found
    assert ("There are additional results" in answer.headers.get("warning", "")) is more


@pytest.mark.parametrize("size", [1, 3, 7, 19, 20, 21])
def test_pages_put_together_are_the_whole(service, size):
    whole = uids(ask(service, "/instances"), "00080018")
    parts: list[str] = []
    while page := uids(ask(service, "/instances", limit=size, offset=len(parts)), "00080018"):
        parts += page
    assert parts == whole


@pytest.mark.parametrize("page", [1, 3, 4, 20])
def test_an_answer_in_many_pages_is_one_array(service, monkeypatch, page):
    whole = ask(service, "/instances").json()
    monkeypatch.setattr(qido, "RESULT_PAGE_ANSWERS", page)
    answer = ask(service, "/instances")
    assert answer.json() == whole
    assert "warning" not in answer.headers


def test_a_streamed_answer_that_is_cut_says_so_before_it_begins(service, monkeypatch):
    monkeypatch.setattr(qido, "RESULT_PAGE_ANSWERS", 3)
    monkeypatch.setattr(qido, "QUERY_RESULTS_MAX", 7)
    answer = ask(service, "/instances")
    assert len(answer.json()) == 7
    assert "exceeded the maximum" in answer.headers["warning"]
    answer = ask(service, "/instances", limit=6)
    assert len(answer.json()) == 6
    assert "There are additional results" in answer.headers["warning"]


def test_head_gives_no_content_and_reads_no_further(service, monkeypatch):
    monkeypatch.setattr(qido, "RESULT_PAGE_ANSWERS", 3)
    pages, page = [], qido._Results.page
    monkeypatch.setattr(qido._Results, "page", lambda results: pages.append(1) or page(results))
    answer = service.client.head("/dicom-web/instances")
    assert (answer.status_code, answer.content, len(pages)) == (200, b"", 1)


def test_fuzzy_matching_is_declined_in_the_words_of_the_standard(service):
    answer = ask(service, "/studies", PatientName="doe*", fuzzymatching="true")
    assert len(answer.json()) == 2
    said = "The fuzzymatching parameter is not supported. Only literal matching has been performed."
    assert answer.headers["warning"] == f"299 {URL}: {said}"
    assert "warning" not in ask(service, "/studies", fuzzymatching="false").headers


def test_what_cannot_be_matched_with_is_told(service):
    answer = ask(service, "/studies", NumberOfStudyRelatedInstances="4")
    assert answer.status_code == 200
    assert "(0020,1208) cannot be matched with" in answer.headers["warning"]


def test_any_attribute_of_the_level_is_returned_where_it_is_asked_for(service):
    asked = ask(service, "/studies/1.2/series", includefield="00080020,PatientID").json()
    assert asked[0]["00080020"]["Value"] == ["20260102"]
    assert asked[0]["00100020"]["Value"] == ["P2"]
    assert "00100020" not in ask(service, "/studies/1.2/series").json()[0]
    everything = ask(service, "/studies", includefield="all", PatientID="P2").json()
    assert "00104000" in everything[0]


def test_an_attribute_that_only_the_file_has_is_read_from_it(tmp_path):
    with serving(tmp_path, rooms) as service:
        service.store(file("1.2.3.4", t00081030="Head"))
        (found,) = ask(service, "/instances", includefield="00081030").json()
        assert found["00081030"]["Value"] == ["Head"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/dicom+json"),
        ("application/json", "application/json"),
        ("application/dicom+json, application/json", "application/dicom+json"),
        ("application/json;q=0.5, application/dicom+json", "application/dicom+json"),
    ],
)
def test_the_answer_is_of_the_type_that_is_accepted(service, accept, media_type):
    answer = service.client.get("/dicom-web/studies", headers={"Accept": accept})
    assert answer.headers["content-type"] == media_type
    assert service.client.get(f"/dicom-web/studies?accept={media_type}", headers={"Accept": "text/html"}).status_code == 200


def test_xml_is_not_acceptable(service):
    answer = service.client.get("/dicom-web/studies", headers={"Accept": 'multipart/related; type="application/dicom+xml"'})
    assert answer.status_code == 406
    assert "application/dicom+json" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/studies?limit=-1", "limit"),
        ("/studies?limit=ten", "limit"),
        ("/studies?limit=1&limit=2", "limit is given twice"),
        ("/studies?offset=1e18", "offset"),
        ("/studies?offset=999999999999999999999", "offset"),
        ("/studies?PatientNam=x", "PatientNam"),
        ("/studies?PatientName=a&PatientName=b", "PatientName is given twice"),
        ("/studies?StudyDate=yesterday", "not a date"),
        ("/studies?StudyDate=20260101-20260102-20260103", "more than one hyphen"),
        ("/studies?fuzzymatching=perhaps", "fuzzymatching"),
        (f"/studies?PatientName={'*a' * 40}", "wild cards"),
        ("/studies?PatientName=%ff", "UTF-8"),
        ("/studies/1.x/series", "Study Instance UID"),
        ("/studies/1.2/series?StudyInstanceUID=1.3", "contradicts the path"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_name(service, path, complaint):
    answer = service.client.get(f"/dicom-web{path}")
    assert answer.status_code in (400, 404)
    assert complaint in answer.text


def test_warnings_are_few_and_fit_into_a_header(service):
    answer = ask(service, "/studies", includefield=",".join(f"nö{number}" for number in range(200)))
    assert answer.status_code == 200
    assert len(answer.headers.get_list("warning")) <= qido.WARNINGS_MAX


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.text(max_size=8), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_search_is_answered_or_refused(service, parameters):
    answer = ask(service, "/studies", **parameters)
    assert answer.status_code in (200, 204, 400)
    if answer.status_code == 200:
        assert isinstance(json.loads(answer.content), list)


def test_many_search_at_once(service):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: len(ask(service, "/instances").json()), range(24)))
    assert found == [20] * 24


def test_other_work_that_takes_all_threads_keeps_no_search_waiting(tmp_path):
    release, busy = threading.Event(), threading.Semaphore(0)

    def slow(_request):
        busy.release()
        release.wait(30)
        return Response()

    with serving(tmp_path, lambda house: [*rooms(house), Route("/slow", slow)]) as service, ThreadPoolExecutor(60) as pool:
        waiting = [pool.submit(service.client.get, "/dicom-web/slow") for _ in range(60)]
        for _ in range(40):
            assert busy.acquire(timeout=30)
        assert service.store(file("1.2.3.4")).status_code == 200
        assert uids(ask(service, "/studies")) == ["1.2"]
        assert not any(one.done() for one in waiting)
        release.set()


class Failing:
    """A catalogue whose index cannot be read."""

    def find(self, _query):
        raise LocalError("The index /secret/folder cannot be opened")


def test_an_index_that_fails_is_told_without_its_place(tmp_path, caplog):
    with serving(tmp_path, rooms) as service:
        object.__setattr__(service.house, "catalogue", Failing())
        answer = ask(service, "/studies")
        assert answer.status_code == 503
        assert "/secret/folder" not in answer.text
        assert "/secret/folder" in caplog.text


def test_answers_are_packed_for_whoever_takes_gzip(service, monkeypatch):
    plain = ask(service, "/instances")
    for page in (qido.RESULT_PAGE_ANSWERS, 3):
        monkeypatch.setattr(qido, "RESULT_PAGE_ANSWERS", page)
        answer = service.client.get("/dicom-web/instances", headers={"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.json() == plain.json()
    assert "content-encoding" not in service.client.get("/dicom-web/instances", headers={"accept-encoding": "identity"}).headers
    assert "content-encoding" not in ask(service, "/studies", PatientID="P3").headers, "too short to gain"
