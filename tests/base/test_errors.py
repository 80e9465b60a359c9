from isocenter.base import errors


def test_every_error_of_the_house_is_one_family():
    for error in (errors.LocalError, errors.UsageError, errors.PeerError, errors.LinkLost, errors.UnreadableDataset):
        assert issubclass(error, errors.IsocenterError)


def test_a_peer_error_carries_the_abort_that_answers_it():
    error = errors.PeerError("an odd length", abort_reason=6)
    assert (error.abort_source, error.abort_reason, str(error)) == (2, 6, "an odd length")


def test_a_refusal_carries_the_numbers_of_the_rejection():
    refusal = errors.Refused("not known here", result=1, source=1, reason=3)
    assert (refusal.result, refusal.source, refusal.reason) == (1, 1, 3)
