from __future__ import annotations

import mmap
import weakref
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import LocalError
from isocenter.dimse.exchange import AgreedContext
from isocenter.imaging.transcode import choices
from isocenter.net import outgoing
from isocenter.net.outgoing import FALLBACKS, LAST_RESORTS, Sendable, choose, pack, propose, windows
from isocenter.standard.sop_class import CT_IMAGE, MR_IMAGE
from isocenter.standard.transfer_syntax import (
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    JPEG_2000,
    JPEG_2000_LOSSLESS,
    JPEG_BASELINE,
    RLE_LOSSLESS,
)


class Blob:
    def __init__(self, file, dataset_offset, byte_count):
        self.file, self.dataset_offset, self.byte_count = file, dataset_offset, byte_count

    def fileno(self):
        return self.file.fileno()

    def read(self, offset, length):
        self.file.seek(offset)
        return self.file.read(length)


@pytest.fixture
def make(tmp_path):
    """A sendable with these bytes behind a header: `make(b"…", syntax)`."""

    def begin(data: bytes, syntax: str = EXPLICIT_VR_LITTLE_ENDIAN, *, byte_count: int | None = None) -> Sendable:
        path = tmp_path / "x.dcm"
        path.write_bytes(bytes(333) + data)

        @contextmanager
        def opened():
            with path.open("rb") as file:
                yield Blob(file, 333, len(data) if byte_count is None else byte_count)

        return Sendable(CT_IMAGE, "1.2.3", syntax, opened)

    return begin


def agreed(*syntaxes: str, is_scp: bool = True):
    return {
        2 * number + 1: AgreedContext(2 * number + 1, CT_IMAGE, syntax, not is_scp, is_scp)
        for number, syntax in enumerate(syntaxes)
    }


def test_each_stored_syntax_gets_a_context_of_its_own_and_the_common_ones_another():
    offered = propose([(CT_IMAGE, JPEG_2000), (CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN), (MR_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)])
    assert [(context.id, context.abstract_syntax, context.transfer_syntaxes) for context in offered] == [
        (1, CT_IMAGE, (JPEG_2000,)),
        (3, CT_IMAGE, (EXPLICIT_VR_LITTLE_ENDIAN,)),
        (5, CT_IMAGE, (IMPLICIT_VR_LITTLE_ENDIAN,)),
        (7, CT_IMAGE, LAST_RESORTS),
        (9, MR_IMAGE, (EXPLICIT_VR_LITTLE_ENDIAN,)),
        (11, MR_IMAGE, (IMPLICIT_VR_LITTLE_ENDIAN,)),
        (13, MR_IMAGE, LAST_RESORTS),
    ]


def test_the_last_resorts_are_what_the_transcoder_writes():
    for stored in (EXPLICIT_VR_LITTLE_ENDIAN, JPEG_2000, RLE_LOSSLESS):
        assert {*LAST_RESORTS, stored} <= {*choices(stored), stored}


def test_preferred_syntaxes_are_proposed_too():
    offered = propose([(CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)], [JPEG_2000_LOSSLESS])
    assert (JPEG_2000_LOSSLESS,) in [context.transfer_syntaxes for context in offered]


@given(
    st.lists(st.tuples(st.integers(1, 200), st.sampled_from([*FALLBACKS, JPEG_2000, RLE_LOSSLESS])), min_size=1, max_size=400),
)
def test_a_proposal_always_fits_and_the_first_class_is_always_in_it(numbers):
    pairs = [(f"1.2.{number}", syntax) for number, syntax in numbers]
    offered = propose(pairs)
    assert 1 <= len(offered) <= 128
    assert [context.id for context in offered] == list(range(1, 2 * len(offered), 2))
    assert any(context.abstract_syntax == pairs[0][0] and pairs[0][1] in context.transfer_syntaxes for context in offered)
    if len({class_uid for class_uid, _ in pairs}) <= 128:
        assert {context.abstract_syntax for context in offered} == {class_uid for class_uid, _ in pairs}


@pytest.mark.parametrize(
    ("accepted", "stored", "preferred", "best"),
    [
        ((IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN), EXPLICIT_VR_LITTLE_ENDIAN, (), EXPLICIT_VR_LITTLE_ENDIAN),
        ((IMPLICIT_VR_LITTLE_ENDIAN, JPEG_2000), JPEG_2000, (), JPEG_2000),
        ((JPEG_BASELINE, IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN), JPEG_2000, (), EXPLICIT_VR_LITTLE_ENDIAN),
        ((JPEG_BASELINE, RLE_LOSSLESS), JPEG_2000, (), RLE_LOSSLESS),
        ((EXPLICIT_VR_LITTLE_ENDIAN, RLE_LOSSLESS), EXPLICIT_VR_LITTLE_ENDIAN, (RLE_LOSSLESS,), RLE_LOSSLESS),
        ((EXPLICIT_VR_LITTLE_ENDIAN, RLE_LOSSLESS), EXPLICIT_VR_LITTLE_ENDIAN, (RLE_LOSSLESS, EXPLICIT_VR_LITTLE_ENDIAN),
         EXPLICIT_VR_LITTLE_ENDIAN),
        ((EXPLICIT_VR_LITTLE_ENDIAN, RLE_LOSSLESS), EXPLICIT_VR_LITTLE_ENDIAN, (JPEG_2000,), EXPLICIT_VR_LITTLE_ENDIAN),
    ],
)  # fmt: skip
def test_it_goes_as_stored_unless_the_node_prefers_otherwise(accepted, stored, preferred, best):
    assert choose(agreed(*accepted), CT_IMAGE, stored, preferred)[0].transfer_syntax == best


def test_only_a_peer_that_plays_the_scp_is_sent_to():
    assert choose(agreed(EXPLICIT_VR_LITTLE_ENDIAN, is_scp=False), CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN) == []


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 300_001])
def test_the_bytes_go_as_they_are(make, size):
    data = bytes(range(251)) * (size // 251 + 1)
    parcel = pack(make(data[:size]), agreed(EXPLICIT_VR_LITTLE_ENDIAN), None)
    assert b"".join(map(bytes, parcel.data)) == data[:size]
    assert parcel.byte_count == size
    parcel.close()


def test_large_objects_pass_through_windows_that_are_unmapped_behind_them(make, monkeypatch):
    mapped: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()

    class Mapped(mmap.mmap):
        def __init__(self, *_: object, **__: object) -> None:
            mapped.add(self)

    monkeypatch.setattr(outgoing, "SENT_WINDOW_BYTES", mmap.ALLOCATIONGRANULARITY * 2)
    monkeypatch.setattr(outgoing.mmap, "mmap", Mapped)
    data = bytes(range(256)) * 400
    with make(data).open() as blob:
        found, most = b"", 0
        for view in windows(blob):
            found += view
            del view
            most = max(most, len(mapped))
    assert found == data
    assert most == 1


def test_what_no_context_takes_says_so(make):
    with pytest.raises(LocalError, match="does not take CT Image Storage"):
        pack(make(b""), {}, None)


def test_a_file_that_is_shorter_than_it_was_says_so(make):
    with pytest.raises(LocalError, match="has 337 bytes, 1333 were stored"):
        pack(make(b"data", byte_count=1000), agreed(EXPLICIT_VR_LITTLE_ENDIAN), None)


def test_the_first_syntax_that_can_be_transcoded_to_is_taken(make):
    def transcode(data, stored, wanted):
        if wanted == RLE_LOSSLESS:
            raise LocalError("no")
        return data + wanted.encode()

    sendable = make(b"data", JPEG_2000)
    parcel = pack(sendable, agreed(RLE_LOSSLESS, IMPLICIT_VR_LITTLE_ENDIAN), transcode, [RLE_LOSSLESS])
    assert parcel.context.transfer_syntax == IMPLICIT_VR_LITTLE_ENDIAN
    assert b"".join(parcel.data) == b"data" + IMPLICIT_VR_LITTLE_ENDIAN.encode()


def test_when_nothing_fits_the_reason_names_both_sides(make):
    def transcode(data, stored, wanted):
        raise LocalError("this codestream is broken")

    sendable = make(b"data", JPEG_2000)
    with pytest.raises(LocalError, match=r"stored as JPEG 2000.*takes only RLE Lossless.*codestream is broken"):
        pack(sendable, agreed(RLE_LOSSLESS), transcode)
    with pytest.raises(LocalError, match="nothing here can transcode"):
        pack(sendable, agreed(RLE_LOSSLESS), None)


def test_what_is_too_large_to_transcode_is_not_read(make, monkeypatch):
    monkeypatch.setattr(outgoing, "TRANSCODE_BYTES_MAX", 3)
    with pytest.raises(LocalError, match="too large to transcode"):
        pack(make(b"data", JPEG_2000), agreed(RLE_LOSSLESS), lambda *_: b"")
