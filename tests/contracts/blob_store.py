"""What every blob store must do: a suite to inherit, with a fixture `blobs` that gives an empty one."""

from __future__ import annotations

import threading

import pytest

HEADER = bytes(128) + b"DICM\x02\x00\x00\x00UL\x04\x00" + (20).to_bytes(4, "little") + b"h" * 20


class BlobStoreContract:
    """Inherit it in a test module and define the fixture `blobs`."""

    @staticmethod
    def put(blobs, content, pieces=1):
        draft = blobs.draft(len(HEADER))
        step = max(1, -(-len(content) // pieces))
        for offset in range(0, len(content), step):
            draft.write(memoryview(content)[offset : offset + step])
        key = draft.seal(HEADER)
        draft.sync()
        draft.settle()
        return key

    @staticmethod
    def get(blobs, key):
        with blobs.open(key) as blob:
            assert blob.read(0, blob.dataset_offset) == HEADER
            return blob.read(blob.dataset_offset, blob.byte_count + 1)

    @pytest.mark.parametrize("size", [0, 1, 100, 131_071, 131_072, 131_073, 1_000_000])
    @pytest.mark.parametrize("pieces", [1, 2, 7])
    def test_what_goes_in_comes_out_bit_for_bit(self, blobs, size, pieces):
        content = bytes(range(251)) * (size // 251 + 1)
        key = self.put(blobs, content[:size], pieces)
        assert self.get(blobs, key) == content[:size]

    def test_views_are_only_lent(self, blobs):
        room = bytearray(b"a" * 100)
        draft = blobs.draft(len(HEADER))
        draft.write(memoryview(room))
        room[:] = b"b" * 100
        key = draft.seal(HEADER)
        draft.sync()
        assert self.get(blobs, key) == b"a" * 100

    def test_a_blob_can_be_read_in_pieces_at_any_place(self, blobs):
        key = self.put(blobs, bytes(range(256)))
        with blobs.open(key) as blob:
            assert blob.byte_count == 256
            assert blob.read(blob.dataset_offset + 10, 3) == b"\x0a\x0b\x0c"
            assert blob.read(blob.dataset_offset + 250, 100) == bytes(range(250, 256))
            assert blob.read(blob.dataset_offset + 256, 10) == b""

    def test_a_blob_that_is_not_sealed_cannot_be_opened(self, blobs):
        draft = blobs.draft(len(HEADER))
        draft.write(b"x" * 1_000_000)
        for key in blobs.walk():
            with pytest.raises(FileNotFoundError), blobs.open(key):
                pass
        draft.discard()

    def test_a_discarded_draft_leaves_nothing_at_any_stage(self, blobs):
        for stage in range(4):
            draft = blobs.draft(len(HEADER))
            if stage > 0:
                draft.write(b"x" * 300_000)
            key = draft.seal(HEADER) if stage > 1 else ""
            if stage > 2:
                draft.sync()
            draft.discard()
            draft.discard()
            assert not (key and blobs.exists(key))
        assert blobs.unsettled_after() == blobs.last_key()

    def test_keys_grow_and_walk_tells_them_in_order_after_any_of_them(self, blobs):
        keys = [self.put(blobs, b"x") for _ in range(5)]
        assert keys == sorted(keys)
        assert [key for key in blobs.walk() if key <= blobs.last_key()] == keys
        assert [key for key in blobs.walk(keys[2]) if key <= blobs.last_key()] == keys[3:]
        assert blobs.last_key() == keys[-1]

    def test_what_is_not_settled_lies_after_the_key_that_says_so(self, blobs):
        first = self.put(blobs, b"x")
        draft = blobs.draft(len(HEADER))
        draft.write(b"y" * 300_000)
        self.put(blobs, b"z")
        assert blobs.unsettled_after() == first
        key = draft.seal(HEADER)
        draft.sync()
        assert blobs.unsettled_after() == first
        draft.settle()
        draft.settle()
        assert blobs.unsettled_after() == blobs.last_key() > key

    def test_removing_is_idempotent_and_keys_are_not_given_out_again(self, blobs):
        key = self.put(blobs, b"x")
        blobs.remove(key)
        blobs.remove(key)
        assert not blobs.exists(key)
        with pytest.raises(FileNotFoundError), blobs.open(key):
            pass
        assert self.put(blobs, b"y") > key

    def test_keys_up_to_a_mark_are_passed_over(self, blobs):
        mark = self.put(blobs, b"x")
        for _ in range(3):
            mark = self.put(blobs, b"x")
        blobs.remove(mark)
        blobs.skip_past(mark)
        assert self.put(blobs, b"y") > mark

    def test_what_is_put_aside_is_out_of_the_store(self, blobs):
        key = self.put(blobs, b"x")
        assert blobs.put_aside(key)
        assert not blobs.put_aside(key)
        assert not blobs.exists(key)
        assert key not in list(blobs.walk())

    def test_a_blob_can_be_made_durable_again_and_a_missing_one_is_said(self, blobs):
        key = self.put(blobs, b"x")
        blobs.make_durable(key)
        assert self.get(blobs, key) == b"x"
        blobs.remove(key)
        with pytest.raises(FileNotFoundError):
            blobs.make_durable(key)

    def test_many_threads_never_share_a_key(self, blobs):
        keys = []

        def work():
            keys.extend(self.put(blobs, threading.current_thread().name.encode() * 100) for _ in range(20))

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(set(keys)) == 80
        assert blobs.unsettled_after() == blobs.last_key()
