"""A bounded share of the byte-level fuzzing of the PDU reader; `fuzz/fuzz_pdu.py` runs as long as one likes."""

from fuzz.fuzz_pdu import run


def test_mutated_conversations_parse_or_abort_stay_bounded_and_end():
    run(2000, seed=1)
