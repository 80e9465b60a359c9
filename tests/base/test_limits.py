from isocenter.base import limits


def test_every_limit_tells_its_unit_and_its_reason():
    assert limits.LIMITS
    for limit in limits.LIMITS.values():
        assert limit.unit, limit.name
        assert limit.why.endswith("."), limit.name
        assert getattr(limits, limit.name) == limit.value
