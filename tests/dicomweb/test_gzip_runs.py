"""Packed runs put together: one gzip member with the right checksum, whatever the runs are."""

from __future__ import annotations

import gzip
import zlib

from hypothesis import example, given
from hypothesis import strategies as st

from isocenter.dicomweb.gzip_runs import GzipRuns, combined
from isocenter.model.json_run import JsonRun


def run(text: bytes) -> JsonRun:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    half = len(text) // 2
    pieces = [packer.compress(text[:half]) + packer.flush(zlib.Z_SYNC_FLUSH), packer.compress(text[half:])]
    return JsonRun([*pieces, packer.flush(zlib.Z_SYNC_FLUSH)], True, len(text), zlib.crc32(text), "")


def whole(texts: list[bytes]) -> bytes:
    answer = GzipRuns()
    sent = [answer.begin()]
    for number, text in enumerate(texts):
        sent.append(answer.text(b"," if number else b"["))
        one = run(text)
        answer.add(one)
        sent += one.pieces
    return b"".join([*sent, answer.text(b"]"), answer.end()])


@given(st.lists(st.binary(max_size=3000), max_size=5))
def test_runs_come_out_as_one_gzip_member(texts):
    reader = zlib.decompressobj(wbits=31)
    assert reader.decompress(whole(texts)) == (b"[" if texts else b"") + b",".join(texts) + b"]"
    assert reader.eof
    assert reader.unused_data == b""


def test_a_run_of_megabytes_comes_out_whole():
    text = b'{"00080005":{"vr":"CS"}},' * 200_000
    assert gzip.decompress(whole([text, text])) == b"[" + text + b"," + text + b"]"


@given(st.binary(max_size=200), st.binary(max_size=5000))
@example(b"", b"")
@example(b"a", bytes(1 << 16))
def test_checksums_are_combined_as_if_the_texts_were_one(first, second):
    assert combined(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


@given(st.binary(max_size=20), st.integers(0, 2**20), st.integers(0, 2**20))
def test_combining_does_not_depend_on_where_the_texts_are_parted(text, before, after):
    first, middle = zlib.crc32(text), zlib.crc32(bytes(before))
    at_once = combined(first, zlib.crc32(bytes(before + after)), before + after)
    assert combined(combined(first, middle, before), zlib.crc32(bytes(after)), after) == at_once
