"""The one shape of errors over HTTP."""

import json
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import IsocenterError
from isocenter.base.limits import PROBLEM_CHARACTERS_MAX
from isocenter.dicomweb.problems import MEDIA_TYPE, STATUSES, TITLES, Problem, body, quoted


def test_an_error_is_a_json_object_of_three_words():
    problem = Problem(404, "there is no study 1.2.3", headers=(("X", "y"),))
    assert json.loads(problem.body()) == {"status": 404, "title": "Not Found", "detail": "there is no study 1.2.3"}
    assert problem.headers == (("X", "y"),)
    assert isinstance(problem, IsocenterError)
    assert str(problem) == problem.detail
    assert MEDIA_TYPE == "application/problem+json"


def test_every_status_has_the_title_of_http():
    for row in STATUSES:
        assert row.title in (HTTPStatus(row.code).phrase, "Content Too Large", "URI Too Long", "Range Not Satisfiable")
    assert [row.code for row in STATUSES] == sorted({row.code for row in STATUSES})
    assert TITLES[416] == "Range Not Satisfiable"


@pytest.mark.parametrize("status", [418, 599])
def test_a_status_outside_the_table_is_told_too(status):
    assert json.loads(body(status, "x"))["status"] == status


@given(st.text(max_size=PROBLEM_CHARACTERS_MAX * 2))
def test_any_sentence_is_json_and_bounded(detail):
    told = json.loads(body(400, detail))["detail"]
    assert len(told) <= PROBLEM_CHARACTERS_MAX
    assert told == detail or told == detail[: PROBLEM_CHARACTERS_MAX - 3] + "..."


@given(st.text(max_size=200))
def test_what_somebody_sent_is_quoted_without_breaking_a_line_or_a_terminal(text):
    told = quoted(text)
    assert told[0] == told[-1] == '"'
    assert len(told) <= 82
    assert told.isprintable()
    assert len(text) > 80 or all(here == there or here == "?" for here, there in zip(told[1:-1], text, strict=True))
