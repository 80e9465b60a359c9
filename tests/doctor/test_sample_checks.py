"""What a device sent is looked at as it is: strange values are told, and never stop the look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.doctor.sample_checks import Header, sample
from isocenter.standard.sop_class import CT_IMAGE
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

CAME = datetime(2026, 11, 23, 14, 30, 0, tzinfo=UTC)


def header(came: datetime = CAME, **values: str | None) -> Header:
    found = {
        "00080018": "1.3.12.2.1107.5.1.4.1", "0020000D": "1.2.3", "0020000E": "1.2.4", "00080070": "Maker", "00081010": "CT2",
        "00080080": "Test site", "00080012": "20261123", "00080013": "142955",
    }  # fmt: skip
    found |= {name.removeprefix("t"): value for name, value in values.items()}
    attributes = {tag: {"vr": "LO", "Value": [value]} for tag, value in found.items() if value is not None}
    return Header(attributes, came, CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)


def doubts(*headers: Header, **more) -> list[str]:
    return [doubt.sentence for doubt in sample(headers, **more).doubts if doubt.tone in {"warn", "bad"}]


def test_a_device_in_order_has_nothing_to_doubt():
    found = sample([header(), header()])
    assert doubts(header()) == []
    assert found.skew_seconds == -5.0
    assert (found.count, found.first, found.values("Station name")) == (2, CAME, ("CT2",))
    assert found.values("SOP classes") == ("CT Image Storage",)
    assert found.values("UID roots") == ("1.3.12.2.1107.5.1",)


def test_the_doctor_s_own_image_that_came_back_says_nothing_of_a_device():
    assert sample([header(t00100020="ISOCENTER-TEST")]).count == 0


def test_nothing_sent_is_nothing_seen():
    assert sample([]).count == 0


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("152955", "Its clock is 60 minutes ahead"),
        ("122955", "It dated images 2.0 hours before they came"),
        ("143200", None),
        ("142600.123", None),
        ("1430", None),
    ],
)
def test_a_clock_that_is_off_is_told(made, said):
    found = doubts(header(t00080013=made))
    assert found == [] if said is None else said in found[0]


def test_a_time_zone_in_the_header_counts_and_else_that_of_the_site():
    assert doubts(header(t00080013="152955", t00080201="+0100")) == []
    assert doubts(header(t00080013="152955"), local=timezone(timedelta(hours=1))) == []


def test_old_images_say_nothing_about_a_clock():
    found = sample([header(t00080012="20200101")])
    assert found.skew_seconds is None
    assert any("cannot be told" in doubt.sentence for doubt in found.doubts)


def test_a_missing_station_name_is_told_and_so_are_several():
    assert any("no Station Name" in one for one in doubts(header(t00081010=None)))
    assert any("several Station Names" in one for one in doubts(header(), header(t00081010="CT3")))


def test_letters_without_a_character_set_are_told():
    assert any("name no character set" in one for one in doubts(header(t0008103E="Schädel")))
    assert doubts(header(t0008103E="Schädel", t00080005="ISO_IR 192")) == []
    assert any("none in the character set" in one for one in doubts(header(t0008103E="Sch\ufffddel", t00080005="ISO_IR 192")))


@pytest.mark.parametrize("uid", ["", "1.2.03", "1..2", "abc", "1.2." + "3" * 64, "1.2.3 4"])
def test_a_uid_that_is_none_is_told(uid):
    assert any("Study Instance UID in 1" in one for one in doubts(header(t0020000D=uid)))


@given(
    st.dictionaries(
        st.sampled_from(["00080012", "00080013", "00080201", "00080005", "00081010", "00100010", "0020000D", "00181020"]),
        st.one_of(
            st.none(),
            st.text(max_size=20),
            st.fixed_dictionaries(
                {"vr": st.just("LO"), "Value": st.lists(st.one_of(st.none(), st.text(max_size=20), st.integers()))}
            ),
            st.fixed_dictionaries({"Value": st.text(max_size=5)}),
        ),
    )
)
def test_any_header_is_looked_at(attributes):
    found = sample([Header(attributes, CAME, "1.2.3", "")])
    assert found.count == 1


def test_nothing_of_the_patient_is_kept():
    found = sample([header(t00100010="DOE^JOHN", t00100020="4711")])
    assert "DOE" not in str(found)
    assert "4711" not in str(found)
