"""A bounded share of the fuzzing of DICOMweb's readers; `fuzz/fuzz_dicomweb.py` runs as long as one likes."""

from fuzz.fuzz_dicomweb import run


def test_damaged_requests_are_read_or_refused_within_bounds():
    run(6000, seed=1)
