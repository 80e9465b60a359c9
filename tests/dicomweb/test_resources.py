"""Paths: every template of the standard is read, everything else is refused with a reason."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.limits import BULK_DATA_STEPS_MAX, FRAMES_ASKED_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.resources import ROUTES, Kind, Resource, frame_list, path_of, resource, uid
from isocenter.model.attributes import Level

INSTANCE = "/studies/1.2/series/3.4/instances/5.6"
VALUES = {"study": "1.2", "series": "3.4", "instance": "5.6", "frames": "3,1,1", "path": "00480200/2/0028200a"}

uids = st.from_regex(r"(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){0,8}", fullmatch=True)


def status_of(path: str) -> int:
    with pytest.raises(Problem) as caught:
        resource(path)
    assert caught.value.detail
    return caught.value.status


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.template)
@pytest.mark.parametrize("end", ["", "/"])
def test_every_template_is_read(route, end):
    named = set(re.findall(r"\{(\w+)\}", route.template))
    expected = Resource(
        route.kind,
        route.methods,
        study="1.2" if "study" in named else "",
        series="3.4" if "series" in named else "",
        instance="5.6" if "instance" in named else "",
        frames=(3, 1, 1) if "frames" in named else (),
        path="00480200/2/0028200A" if "path" in named else "",
    )
    assert resource(route.template.format(**VALUES).removesuffix("/") + end) == expected
    assert re.fullmatch(r"PS3\.18 [\d.]+(, [\d.]+)?", route.section)
    assert set(route.methods) <= {"GET", "POST", "DELETE", "OPTIONS"}


def test_every_kind_has_a_path():
    assert {route.kind for route in ROUTES} == set(Kind)


@pytest.mark.parametrize(
    ("path", "level"),
    [
        ("/studies", Level.STUDY),
        ("/series", Level.SERIES),
        ("/studies/1/series", Level.SERIES),
        ("/instances", Level.IMAGE),
        ("/studies/1/instances", Level.IMAGE),
        ("/studies/1/series/2/instances", Level.IMAGE),
        ("/studies/1", Level.STUDY),
        ("/studies/1/series/2/metadata", Level.SERIES),
        (f"{INSTANCE}/frames/1", Level.IMAGE),
    ],
)
def test_a_path_reaches_a_level(path, level):
    assert resource(path).level is level


@given(uids, uids, uids)
def test_a_path_that_we_write_is_read(study, series, instance):
    assert resource(path_of(study)) == Resource(Kind.STUDY, ("GET", "POST", "DELETE"), study)
    assert resource(path_of(study, series)).series == series
    found = resource(path_of(study, series, instance))
    assert (found.kind, found.study, found.series, found.instance) == (Kind.INSTANCE, study, series, instance)


def test_what_is_no_uid_cannot_leave_its_place_in_a_path():
    assert path_of("../x", "a/b", "%2e?") == "/studies/..%2Fx/series/a%2Fb/instances/%252e%3F"


@pytest.mark.parametrize(
    "path",
    [
        "//",
        "//studies",
        "/study/1.2",
        "/studies/../studies",
        "/studies/1/..",
        "/studies/..;/1/2",
        "/Studies",
        "/studies/1/rendered/frames",
        "/studies/1/instances/2",
        "/series/1",
        "/instances/1",
        f"{INSTANCE}/frames",
        f"{INSTANCE}/frames/1/metadata",
        f"{INSTANCE}/frames/1/rendered/x",
        f"{INSTANCE}/pixeldata/1",
        "/studies\0",
        "/studies/1/series/2/bulkdata/00420011",
        "/" * 1000,
        "/studies" * 1000,
        "/x" * 100_000,
    ],
)
def test_other_paths_are_not_found(path):
    assert status_of(path) == 404


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        ".",
        "1..2",
        ".1",
        "1.",
        "abc",
        "1.2.a",
        "1.2 ",
        "1.2\n",
        "%2e%2e",
        "1.2%00",
        "1" * 65,
        "\u0661.2",
        "1,2",
        "-1",
        "1.2\\3",
        "*",
    ],
)
def test_a_name_that_is_no_uid_is_refused(name):
    assert status_of(f"/studies/{name}/metadata") == 400
    assert status_of(f"/studies/1/series/{name}/metadata") == 400
    assert status_of(f"/studies/1/series/2/instances/{name}/metadata") == 400


def test_uids_of_any_device_are_taken():
    assert uid("1.02.003", "UID") == "1.02.003"
    assert uid("1" * 64, "UID") == "1" * 64


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-1",
        "1,",
        ",1",
        "1,,2",
        "01",
        "+1",
        "1.0",
        " 1",
        "1-3",
        "9223372036854775808",
        "2147483648",
        "9" * 5000,
        "\u0661",
        "a",
        "1\n",
    ],
)
def test_what_is_no_frame_number_is_refused(text):
    assert status_of(f"{INSTANCE}/frames/{text}") == 400


def test_frames_keep_their_order_and_are_bounded():
    assert resource(f"{INSTANCE}/frames/2147483647,1,1").frames == (2147483647, 1, 1)
    assert len(frame_list(",".join(["1"] * FRAMES_ASKED_MAX))) == FRAMES_ASKED_MAX
    assert status_of(f"{INSTANCE}/frames/" + ",".join(["1"] * (FRAMES_ASKED_MAX + 1))) == 400
    assert status_of(f"{INSTANCE}/frames/" + "1," * 1_000_000) == 400


@pytest.mark.parametrize(
    "path",
    [
        "7FE0",
        "PixelData",
        "00480200/0",
        "00480200/2",
        "00480200/0/00282000",
        "00480200/-1/00282000",
        "00480200/2/../00282000",
        "00480200//00282000",
        "../../etc/passwd",
        "0048020G",
        "00480200/99999999999/00282000",
        "/".join(["00480200", "1"] * BULK_DATA_STEPS_MAX) + "/00480200",
    ],
)
def test_a_path_that_leads_to_no_element_is_refused(path):
    assert status_of(f"{INSTANCE}/bulkdata/{path}") == 400


def test_the_deepest_path_is_read():
    path = "/".join(["00480200", "1"] * (BULK_DATA_STEPS_MAX // 2) + ["00282000"])
    assert resource(f"{INSTANCE}/bulkdata/{path}").path == path


@given(
    st.text(max_size=100)
    | st.lists(st.sampled_from(["studies", "series", "instances", "1.2", "frames", "rendered", "..", "", "x"])).map("/".join)
)
def test_any_path_is_read_or_refused(path):
    try:
        found = resource(path)
    except Problem as problem:
        assert problem.status in (400, 404)  # noqa: PT017
        return
    for name in (found.study, found.series, found.instance):
        assert re.fullmatch(r"[0-9.]{0,64}", name)
        assert ".." not in name
