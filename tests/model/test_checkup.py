"""A checkup as JSON and back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from isocenter.model.checkup import (
    Attempt,
    Cause,
    Checkup,
    ContextAnswer,
    Exchange,
    Layer,
    Line,
    Outcome,
    Role,
    Side,
    Sign,
    Step,
    Verdict,
    as_json,
    of_json,
)

MOMENT = datetime(2026, 3, 1, 12, 30, 5, 250, tzinfo=UTC)
WHOLE = Checkup(
    token="t1", node="pacs", ae_title="PACS", host="10.0.0.5", port=104, role=Role.ARCHIVE, own_ae_title="ISOCENTER",
    own_address="10.0.0.9", own_port=11112, began=MOMENT, ended=MOMENT, product="Orthanc", pdu_bytes_max=16384,
    steps=(
        Step(
            Layer.TITLES, Outcome.FAILED, "refuses your title", 3.8, (Exchange(MOMENT, "sent", "RQ", b"\x01\x00", 213),),
            {"result": 1, "list": [1, 2]}, Sign("rejected 1/1/3", {"reason": 3}),
        ),
    ),
    attempts=(Attempt("ISOCENTRE", "PACS", "accepted", True),), contexts=(ContextAnswer("1.2", "1.2.840", None),),
    remarks=("slow",),
    verdict=Verdict(
        Layer.TITLES, Side.THEIRS, "It refuses.", "why", (Cause("A2", "unknown", (), ("add us",)),), ("nothing",), ("add",),
        (Line("Orthanc", "orthanc.json", '"a"', "restart", '"b"'),), "", "ISOCENTRE", "ISOCENTER",
    ),
)  # fmt: skip


def test_a_checkup_survives_the_way_to_json_and_back():
    import json

    assert of_json(Checkup, json.loads(json.dumps(as_json(WHOLE)))) == WHOLE


def test_a_field_that_a_later_release_added_is_left_out_and_one_that_is_missing_has_its_default():
    words = as_json(WHOLE)
    words["invented"] = 1
    del words["remarks"]
    assert of_json(Checkup, words).remarks == ()


@pytest.mark.parametrize("words", [{}, {"token": "t"}, as_json(WHOLE) | {"role": "nurse"}, as_json(WHOLE) | {"steps": 3}])
def test_what_is_no_checkup_is_refused_in_one_way(words):
    with pytest.raises(ValueError, match="not a checkup"):
        of_json(Checkup, words)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("node", 5),
        ("port", "104"),
        ("port", True),
        ("port", 1.5),
        ("secure", 1),
        ("began", 5),
        ("steps", {"a": 1}),
        ("steps", "abc"),
        ("steps", [{"layer": "tcp", "facts": []}]),
        ("steps", [{"layer": "tcp", "milliseconds": "1"}]),
        ("remarks", [1]),
        ("verdict", []),
        ("role", "king"),
        ("pdu_bytes_max", "many"),
        ("ended", "yesterday"),
    ],
)
def test_a_value_of_another_kind_makes_it_no_checkup(name, value):
    written = as_json(WHOLE) | {name: value}
    with pytest.raises(ValueError, match="not a"):
        of_json(Checkup, written)


def test_a_whole_number_is_a_time_too():
    written = as_json(WHOLE) | {"steps": [{"layer": "tcp", "milliseconds": 3}]}
    assert of_json(Checkup, written).steps[0].milliseconds == 3
