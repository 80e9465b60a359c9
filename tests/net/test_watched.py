"""What we ask of others is told as what others ask of us: open while it lasts, summed up at its end, and told where it failed."""

from __future__ import annotations

import socket

import pytest
from tests.waiting import a_free_port, wait_for
from tests.web.houses import lived

from isocenter.base.clock import FixedClock
from isocenter.base.errors import IsocenterError
from isocenter.daemon.association_ledger import AssociationLedger
from isocenter.lab import phantom
from isocenter.model.records import AssociationOutcome, Node
from isocenter.net import client
from isocenter.net.requestor import Proposal, open_association
from isocenter.standard.sop_class import VERIFICATION


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("houses") / "there", "THERE") as house:
        house.keep(phantom.ct_series(1, slices=3, side_pixels=16))
        yield house


@pytest.fixture(scope="module")
def here(tmp_path_factory, there):
    with lived(tmp_path_factory.mktemp("houses") / "here") as house:
        house.knows(there)
        there.knows(house)
        yield house


@pytest.fixture
def ledger():
    return AssociationLedger(FixedClock())


def over(ledger):
    return [past.summary for past in ledger.past_associations()]


def test_an_echo_of_ours_is_open_and_then_over(there, ledger):
    proposal = Proposal(client.query_contexts(VERIFICATION))
    with open_association(there.node, proposal, calling_ae_title="US", witness=ledger) as requestor:
        [now] = ledger.open_associations()
        assert (now.node, now.called_ae_title, now.calling_ae_title, now.outgoing) == ("there", "THERE", "US", True)
        client.echo(requestor)
        assert now.requests == {"echo": 1}
        assert now.address == f"127.0.0.1:{there.node.port}"
    [one] = over(ledger)
    assert (one.outcome, one.reason, ledger.open_associations()) == (AssociationOutcome.RELEASED, "", [])
    assert (one.contexts[0][1], bool(one.contexts[0][2])) == (VERIFICATION, True)
    assert one.bytes_in > 0
    assert one.bytes_out > 0


def test_what_breaks_off_on_our_side_was_aborted(there, ledger):
    with (
        pytest.raises(KeyError),
        open_association(there.node, Proposal(client.query_contexts(VERIFICATION)), calling_ae_title="US", witness=ledger),
    ):
        raise KeyError
    assert [one.outcome for one in over(ledger)] == [AssociationOutcome.ABORTED]


def test_a_call_that_nobody_answers_is_told_with_the_reason(ledger):
    with pytest.raises(IsocenterError):
        open_association(Node("x", "X", "127.0.0.1", a_free_port()), Proposal(()), calling_ae_title="US", witness=ledger)
    [one] = over(ledger)
    assert one.outcome is AssociationOutcome.LOST
    assert "X" in one.reason


def test_a_call_that_is_cut_off_before_it_is_answered_leaves_nothing_open(ledger):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        node = Node("x", "X", "127.0.0.1", deaf.getsockname()[1])
        with pytest.raises(IsocenterError):
            open_association(
                node, Proposal(client.query_contexts(VERIFICATION)), calling_ae_title="US", witness=ledger,
                connected=lambda link: link.close(),
            )  # fmt: skip
    assert (len(over(ledger)), ledger.open_associations()) == (1, [])


def ended(lived, operation):
    """The association of ours with this operation, which may end a moment after its job."""
    found = []

    def is_over():
        found[:] = [one for one in over(lived.house.witness.ledger) if one.outgoing and one.requests.get(operation)]
        return bool(found)

    wait_for(is_over)
    return found[0]


def test_what_a_job_fetches_and_sends_is_told_on_both_sides(here, there):
    study = str(next(phantom.ct_series(1, slices=1, side_pixels=16)).StudyInstanceUID)
    assert here.job({"kind": "retrieve", "node": "there", "keys": {"StudyInstanceUID": study}, "by": "get"})["state"] == "done"
    got = ended(here, "get")
    assert sum(got.instances.values()) == 3
    assert there.job({"kind": "send", "node": "isocenter", "values": [study]})["state"] == "done"
    sent = ended(there, "store")
    assert (sent.sent, sent.outcome) == (3, AssociationOutcome.RELEASED)
    told = there.browser.get("/api/associations").json()["ended"]
    assert any(one["outgoing"] and one["sent"] == 3 for one in told)
