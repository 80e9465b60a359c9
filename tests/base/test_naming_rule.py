"""The next free title by the site's rule: what it makes is a title, is free, and follows the rule."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from isocenter.base.config import check_ae_title
from isocenter.base.errors import UsageError
from isocenter.base.naming_rule import PLACES, asked, check, follows, free_title

WORDS = {"SITE": "KH", "DEPT": "rad", "MOD": "CT", "ROOM": "R-2"}


@pytest.mark.parametrize(
    ("rule", "taken", "title"),
    [
        ("SITE_DEPT_MOD_nn", [], "KH_RAD_CT_01"),
        ("SITE_DEPT_MOD_nn", ["KH_RAD_CT_01", "kh_rad_ct_02 "], "KH_RAD_CT_03"),
        ("MODn", ["CT1"], "CT2"),
        ("MOD-ROOM", [], "CT-R2"),
        ("KHnnn", [], "KH001"),
        ("Station_n", [], "Station_1"),
        ("SITE.MOD.nnnn", [], "KH.CT.0001"),
    ],
)
def test_the_first_title_that_nobody_has_is_found(rule, taken, title):
    assert free_title(rule, WORDS, taken) == title
    assert follows(rule, title)


def test_a_place_or_a_number_stands_alone_or_is_letters():
    assert asked("MODALITY_nn") == ()
    assert free_title("MODALITY_nn", {}, []) == "MODALITY_01"
    assert asked("SITE_MOD_SITE") == ("SITE", "MOD")


@pytest.mark.parametrize("rule", ["A\\B", "SITE_DEPT_MOD_ROOM_nnnn_XXXXX", " MOD_nn", "MOD_nnnnn", "Größe_nn", "MOD\n"])
def test_a_rule_that_can_make_no_title_is_refused(rule):
    with pytest.raises(UsageError):
        check(rule)


def test_what_is_missing_too_long_or_used_up_is_told():
    with pytest.raises(UsageError, match="There is no rule"):
        free_title("", WORDS, [])
    with pytest.raises(UsageError, match="Say what DEPT is"):
        free_title("SITE_DEPT_nn", {"SITE": "KH", "DEPT": "--"}, [])
    with pytest.raises(UsageError, match="DICOM allows 16"):
        free_title("SITE_MOD_nn", {"SITE": "HOSPITAL NORTH", "MOD": "CT"}, [])
    with pytest.raises(UsageError, match="Every title"):
        free_title("MOD_n", {"MOD": "CT"}, [f"CT_{at}" for at in range(10)])
    with pytest.raises(UsageError, match="the rule has no number"):
        free_title("MOD", {"MOD": "CT"}, ["ct"])


def test_any_title_follows_no_rule():
    assert follows("", "ANYTHING")
    assert not follows("SITE_MOD_nn", "CT1")
    assert not follows("SITE_MOD_nn", "KH_CT_1")


@given(
    st.lists(st.sampled_from([*PLACES, "nn", "n", "_", "-", "KH"]), min_size=1, max_size=6).map("_".join),
    st.sets(st.text("ABC_0123456789", max_size=16), max_size=20),
)
def test_what_is_proposed_is_a_free_title_by_the_rule(rule, taken):
    try:
        check(rule)
        title = free_title(rule, WORDS, taken)
    except UsageError:
        assume(False)
    check_ae_title(title)
    assert follows(rule, title)
    assert title.upper() not in {one.upper() for one in taken}
