"""Media types: what headers say, however they are written, and what is chosen of what we offer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.limits import ACCEPT_BYTES_MAX, MEDIA_RANGES_MAX
from isocenter.dicomweb.media import ANYTHING, DICOM_JSON, JSON, MediaRange, accepted, choose, media_type
from isocenter.dicomweb.problems import Problem

RENDERED = ("image/jpeg", "image/png", "image/gif", "image/jp2", "image/webp")


def status_of(call) -> int:
    with pytest.raises(Problem) as caught:
        call()
    assert caught.value.detail
    return caught.value.status


@pytest.mark.parametrize(
    ("text", "essence", "parameters"),
    [
        ("application/dicom", "application/dicom", ()),
        (" Application/DICOM ; Transfer-Syntax=1.2.3 ", "application/dicom", (("transfer-syntax", "1.2.3"),)),
        ('a/b; x="a;b,c=\\"d\\\\"; y=z', "a/b", (("x", 'a;b,c="d\\'), ("y", "z"))),
        ("a/b;", "a/b", ()),
        ("a/b; ; x=1", "a/b", (("x", "1"),)),
        ("multipart/related; type=application/dicom", "multipart/related", (("type", "application/dicom"),)),
        ("image/jls; transfer-syntax=*", "image/jls", (("transfer-syntax", "*"),)),
    ],
)
def test_a_content_type_is_read(text, essence, parameters):
    found = media_type(text)
    assert (found.essence, found.parameters) == (essence, parameters)


@pytest.mark.parametrize("text", ["", "a", "a/", "/b", "a/b c", "a/b; x", 'a/b; x="', "a/b, c/d", "a b/c", "a/b\0", "\u00e9/b"])
def test_what_is_no_content_type_is_refused(text):
    assert status_of(lambda: media_type(text)) == 400


tokens = st.text("abcdefghijklmnopqrstuvwxyz0123456789+-.", min_size=1, max_size=8)
values = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=12)


@given(tokens, tokens, st.lists(st.tuples(tokens, values), max_size=3))
def test_quoted_parameters_come_back_as_they_were(kind, subtype, parameters):
    quoted = "".join(
        f'; {name}="{value.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"' for name, value in parameters
    )
    found = media_type(f"{kind}/{subtype}{quoted}")
    assert found.essence == f"{kind}/{subtype}"
    assert found.parameters == tuple(parameters)


@pytest.mark.parametrize("header", [None, "", "  "])
def test_whoever_says_nothing_accepts_anything(header):
    assert accepted(header) == (ANYTHING,)


def test_quality_orders_what_is_accepted_then_the_client_does():
    ranges = accepted("image/png;q=0.5, image/gif, */*;q=0.1, image/jpeg; q=1.0, image/webp;q=0")
    assert [item.essence for item in ranges] == ["image/gif", "image/jpeg", "image/png", "*/*", "image/webp"]
    assert ranges[-1].quality == 0


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('multipart/related; type="application/dicom"', MediaRange("application/dicom", True)),
        ("multipart/related; type=application/octet-stream; transfer-syntax=*", MediaRange("application/octet-stream", True, "*")),
        ('multipart/related;type="image/*";boundary=**', MediaRange("image/*", True)),
        ("multipart/related", MediaRange("*/*", True)),
        ("multipart/*", MediaRange("*/*", True)),
        ('multipart/related; type="image/jls"; transfer-syntax="1.2.840.10008.1.2.4.80"; q=0.3',
         MediaRange("image/jls", True, "1.2.840.10008.1.2.4.80", 0.3)),
        ("application/dicom; transfer-syntax=1.2.840.10008.1.2.1", MediaRange("application/dicom", False, "1.2.840.10008.1.2.1")),
        ("*", MediaRange("*/*")),
        ("*; q=.2", MediaRange("*/*", quality=0.2)),
    ],
)  # fmt: skip
def test_one_entry_is_read(entry, expected):
    assert accepted(entry) == (expected,)


def test_an_entry_that_cannot_be_read_does_not_hide_the_others():
    ranges = accepted('image/png;q=abc, nonsense, a/b;q=1.5, multipart/related; type="x", image/gif, image/jpeg;q="')
    assert [item.essence for item in ranges] == ["image/gif"]


def test_commas_in_quotation_marks_do_not_end_an_entry():
    assert [item.essence for item in accepted('a/b; x="1,2", c/d')] == ["a/b", "c/d"]


@pytest.mark.parametrize(
    "header", ["nonsense", ",", ",,,", "image/png;q=abc", "a/b c/d", "a/b;q=2", "a/b;q=-1", "a/b;q=nan", "a/b;q=1e3"]
)
def test_a_header_of_which_nothing_can_be_read_is_refused(header):
    assert status_of(lambda: accepted(header)) == 400


def test_long_lists_are_refused():
    assert len(accepted(",".join(["a/b"] * MEDIA_RANGES_MAX))) == MEDIA_RANGES_MAX
    assert status_of(lambda: accepted(",".join(["a/b"] * (MEDIA_RANGES_MAX + 1)))) == 400
    assert status_of(lambda: accepted(",".join(["a/b"] * 10_000))) == 400
    assert status_of(lambda: accepted("a/b;x=" + "y" * ACCEPT_BYTES_MAX)) == 400
    assert status_of(lambda: accepted("*/*;" * (ACCEPT_BYTES_MAX // 2))) == 400


@pytest.mark.parametrize(
    ("header", "parameter", "chosen"),
    [
        ("image/png", "image/gif", "image/gif"),
        ("image/png", "image/gif;q=0.1", "image/gif"),
        ("image/png", "", "image/png"),
        ("image/png", " ", "image/png"),
        ("image/png", "image/tiff", "image/png"),
        ("*/*", "image/tiff", "image/jpeg"),
        ("image/png, */*", "image/gif;q=0, image/jp2;q=0.2", "image/jp2"),
        ("image/gif;q=0, image/jp2;q=0.2", "image/*;q=0.1, image/tiff", "image/jpeg"),
        ("image/gif, image/webp", "image/gif;q=0", "image/webp"),
        (None, "image/gif", "image/gif"),
    ],
)
def test_the_query_parameter_comes_before_the_header(header, parameter, chosen):
    assert choose(accepted(header, parameter), RENDERED) == chosen


def test_without_a_header_the_query_parameter_stands_alone():
    assert accepted(None, "image/tiff") == accepted("", "image/tiff") == accepted("image/tiff")
    assert status_of(lambda: choose(accepted(None, "image/tiff"), RENDERED)) == 406
    assert status_of(lambda: accepted("*/*", "nonsense")) == 400


def test_a_plus_sign_that_came_as_a_space_is_a_plus_sign():
    assert [item.essence for item in accepted(None, "application/dicom json, image/png; q=0.1")] == [DICOM_JSON, "image/png"]


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*'/;=",* \\', "image", "q", "0.5", "multipart/related", "type"]), max_size=30).map("".join)
)
def test_any_header_is_read_or_refused(header):
    try:
        ranges = accepted(header)
    except Problem:
        return
    assert ranges
    assert [item.quality for item in ranges] == sorted((item.quality for item in ranges), reverse=True)
    assert all(0 <= item.quality <= 1 and "/" in item.essence for item in ranges)


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, "image/jpeg"),
        ("*/*", "image/jpeg"),
        ("image/*", "image/jpeg"),
        ("image/png", "image/png"),
        ("image/png, image/jpeg", "image/png"),
        ("image/jpeg;q=0.5, image/png;q=0.9", "image/png"),
        ("image/*, image/gif", "image/gif"),
        ("image/*;q=0.9, image/gif;q=0.5", "image/jpeg"),
        ("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "image/webp"),
        ("image/jpeg;q=0, */*", "image/png"),
        ("application/dicom, image/jp2;q=0.1", "image/jp2"),
        ('multipart/related; type="image/png", image/gif', "image/gif"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "image/gif"),
    ],
)  # fmt: skip
def test_the_best_offer_is_chosen(header, chosen):
    assert choose(accepted(header), RENDERED) == chosen


@pytest.mark.parametrize(
    "header", ["application/dicom", "image/png;q=0", "*/*;q=0", 'multipart/related; type="image/png"', "video/*"]
)
def test_where_nothing_is_accepted_the_offers_are_told(header):
    with pytest.raises(Problem) as caught:
        choose(accepted(header), ("image/png",))
    assert caught.value.status == 406
    assert "image/png" in caught.value.detail


def test_a_refusal_tells_some_of_what_was_accepted():
    asked = [f"a/b{number}" for number in range(9)]
    for count, more in ((8, False), (9, True)):
        with pytest.raises(Problem) as caught:
            choose(accepted(",".join(asked[:count])), ("image/png",))
        assert ("..." in caught.value.detail) is more
        assert all(name in caught.value.detail for name in asked[:8])
        assert asked[8] not in caught.value.detail


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("application/dicom+json, application/json", DICOM_JSON),
        ("application/json", JSON),
        ("application/*", DICOM_JSON),
        (None, DICOM_JSON),
    ],
)
def test_json_goes_by_both_its_names(header, chosen):
    assert choose(accepted(header), (DICOM_JSON, JSON)) == chosen


offers = st.permutations(RENDERED).map(tuple)
headers = st.lists(
    st.tuples(st.sampled_from([*RENDERED, "image/*", "*/*", "video/*"]), st.sampled_from(["", ";q=0", ";q=0.5"])),
    min_size=1,
    max_size=5,
)


@given(headers, offers)
def test_what_is_chosen_is_accepted_and_nothing_is_refused_that_could_be_given(entries, offered):
    ranges = accepted(",".join(name + quality for name, quality in entries))
    named = {item.essence: item.quality for item in reversed(ranges)}

    def quality(offer: str) -> float:
        """By the most specific range, as RFC 9110 12.5.1 has it; of equal ones the best counts, which comes first."""
        return next((named[name] for name in (offer, "image/*", "*/*") if name in named), 0)

    best = max(quality(offer) for offer in offered)
    if best == 0:
        assert status_of(lambda: choose(ranges, offered)) == 406
    else:
        assert quality(choose(ranges, offered)) == best
