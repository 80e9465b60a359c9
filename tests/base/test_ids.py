from pydicom.uid import UID

from isocenter.base import ids


def test_new_uids_are_valid_and_distinct():
    uids = {ids.new_uid() for _ in range(1000)}
    assert len(uids) == 1000
    assert all(UID(uid).is_valid and len(uid) <= 64 for uid in uids)


def test_our_implementation_is_named_as_the_standard_allows():
    assert UID(ids.IMPLEMENTATION_CLASS_UID).is_valid
    assert 1 <= len(ids.IMPLEMENTATION_VERSION_NAME) <= 16


def test_tokens_are_short_and_differ():
    assert len({ids.new_token() for _ in range(100)}) == 100
    assert all(len(ids.new_token()) == 8 for _ in range(10))
