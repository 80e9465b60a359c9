"""What says who a patient is says so by tag and by keyword alike."""

from __future__ import annotations

from pydicom.datadict import keyword_dict

from isocenter.standard.patient import BEYOND, KEPT, OF_A_PATIENT, says_who


def test_a_keyword_is_hidden_where_its_tag_is_and_nowhere_else():
    assert {keyword for keyword, tag in keyword_dict.items() if says_who(tag)} == OF_A_PATIENT


def test_keywords_stand_beside_their_own_tags():
    assert {keyword_dict[keyword]: keyword for keyword in BEYOND.values()} == BEYOND


def test_what_judges_a_protocol_stays_and_what_is_private_never_does():
    assert not any(says_who(tag) for tag in KEPT)
    assert says_who(0x00091001)
