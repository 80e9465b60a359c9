from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.config import POLICIES as POLICY_NAMES
from isocenter.base.errors import LocalError
from isocenter.model.records import Admitted, Node, TurnedAway
from isocenter.nodes.address import parsed
from isocenter.nodes.book import NodeBook
from isocenter.nodes.policy import EVERYTHING, POLICIES, Door
from isocenter.standard.sop_class import CT_IMAGE, STUDY_ROOT_FIND, VERIFICATION
from isocenter.wire.pdu import AssociateRequest, ProposedContext, UserIdentity, UserInformation

CT = Node("ct", "CT1", "10.0.0.7", operations=frozenset({"echo", "store"}), character_set="ISO_IR 100", pdu_bytes_max=16384)


def call(calling="CT1", called="ISOCENTER", classes=(VERIFICATION, CT_IMAGE), identity=None):
    contexts = tuple(ProposedContext(2 * n + 1, uid, ("1.2.840.10008.1.2",)) for n, uid in enumerate(classes))
    return AssociateRequest(called, calling, contexts, UserInformation(16384, "1.2.3", "SCANNER_1", identity=identity))


@pytest.fixture
def door(shelf, clock):
    def make(policy="loopback", *nodes, own_addresses=()):
        kept = shelf(*(nodes or (CT,)))
        made = Door(
            NodeBook(kept),
            kept,
            ae_title=lambda: "ISOCENTER",
            policy=lambda: policy,
            clock=clock,
            resolve=lambda name: frozenset(),
            own_addresses=lambda: frozenset(own_addresses),
        )
        made.shelf = kept
        return made

    return make


def test_there_is_a_policy_for_every_setting():
    assert set(POLICIES) == set(POLICY_NAMES)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_trusts_this_computer_with_everything(door, address):
    admission = door().admit(call("ANYBODY", "WHATEVER"), address)
    assert admission == Admitted(EVERYTHING)


def test_loopback_knows_this_computer_by_its_network_address_too(door):
    there = door("loopback", own_addresses=["192.168.1.20"])
    assert there.admit(call("ANYBODY"), "192.168.1.20").operations == EVERYTHING
    assert there.admit(call("ANYBODY"), "192.168.1.21").operations == {"echo"}


def test_loopback_gives_a_known_node_what_its_entry_says(door):
    admission = door().admit(call(), "10.0.0.7")
    assert admission == Admitted(frozenset({"echo", "store"}), CT, "ISO_IR 100", 16384)


def test_loopback_does_not_mind_the_called_title(door):
    assert isinstance(door().admit(call(called="SOMEBODY"), "10.0.0.7"), Admitted)


def test_in_how_many_syntaxes_a_stranger_wanted_a_class_is_remembered(door):
    there = door()
    syntaxes = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1"), ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70")
    contexts = tuple(ProposedContext(2 * n + 1, CT_IMAGE, some) for n, some in enumerate(syntaxes))
    there.admit(replace(call("NOBODY"), contexts=contexts), "10.0.0.99")
    assert there.shelf.rejected_callers()[0].wanted == ("CT Image Storage in 3 syntaxes",)


@pytest.mark.parametrize("policy", ["loopback", "strict"])
def test_a_stranger_may_say_hello_and_is_remembered_with_what_it_wanted(door, clock, policy):
    there = door(policy)
    admission = there.admit(call("NOBODY"), "10.0.0.99")
    assert admission.operations == {"echo"}
    assert admission.node is None
    (caller,) = there.shelf.rejected_callers()
    assert (caller.calling_ae_title, caller.called_ae_title, caller.address) == ("NOBODY", "ISOCENTER", "10.0.0.99")
    assert (caller.implementation_class_uid, caller.implementation_version_name) == ("1.2.3", "SCANNER_1")
    assert caller.wanted == ("Verification SOP Class", "CT Image Storage")
    assert caller.first == caller.last == clock.now()


@pytest.mark.parametrize("policy", ["loopback", "strict"])
def test_a_stranger_who_does_not_propose_verification_is_rejected(door, policy):
    there = door(policy)
    admission = there.admit(call("NOBODY", classes=[STUDY_ROOT_FIND]), "10.0.0.99")
    assert isinstance(admission, TurnedAway)
    assert (admission.result, admission.source, admission.reason) == (1, 1, 3)
    assert len(there.shelf.rejected_callers()) == 1


def test_strict_rejects_a_wrong_called_title_before_anything_else(door):
    there = door("strict")
    for title, address in (("CT1", "10.0.0.7"), ("NOBODY", "10.0.0.99"), ("ANYBODY", "127.0.0.1")):
        admission = there.admit(call(title, "isocenter"), address)
        assert (admission.result, admission.source, admission.reason) == (1, 1, 7)
        assert "Upper and lower case count" in admission.why
    assert len(there.shelf.rejected_callers()) == 3


def test_strict_takes_the_title_that_we_use_with_that_node_too(door):
    there = door("strict", replace(CT, local_ae_title="OTHERNAME"))
    assert isinstance(there.admit(call(called="OTHERNAME"), "10.0.0.7"), Admitted)
    assert isinstance(there.admit(call("NOBODY", "OTHERNAME"), "10.0.0.8"), TurnedAway)


def test_strict_asks_this_computers_callers_who_they_are(door):
    there = door("strict", Node("here", "VIEWER", "192.168.1.20"), own_addresses=["192.168.1.20"])
    assert there.admit(call("ANYBODY"), "127.0.0.1").operations == {"echo"}
    assert there.admit(call("VIEWER"), "127.0.0.1").operations == EVERYTHING
    assert there.admit(call("VIEWER"), "192.168.1.20").operations == EVERYTHING


def test_open_lets_everybody_do_everything_and_tells_what_strict_would_refuse(door):
    there = door("open")
    stranger = there.admit(call("NOBODY", "SOMEBODY"), "10.0.0.99")
    assert stranger.operations == EVERYTHING
    assert "strict would have refused" in stranger.note
    assert "'SOMEBODY'" in stranger.note
    assert "'NOBODY' at 10.0.0.99 is not a known node" in stranger.note
    known = there.admit(call(), "10.0.0.7")
    assert known.operations == EVERYTHING
    assert "ct may not find, get, move" in known.note
    assert there.shelf.rejected_callers() == ()


def test_open_has_nothing_to_tell_about_a_known_node_with_every_right(door):
    assert door("open", Node("ct", "CT1", "10.0.0.7")).admit(call(), "10.0.0.7").note == ""


@pytest.mark.parametrize(
    ("title", "address", "said"),
    [
        ("CT1", "10.0.0.8", "'CT1' is known at 10.0.0.7, but this call came from 10.0.0.8"),
        ("CT2", "10.0.0.7", "10.0.0.7 is known as ct ('CT1'), but called itself 'CT2'"),
        ("ct_1", "10.0.0.8", "ct is spelt 'CT1'"),
        ("XX", "10.0.0.8", "'XX' at 10.0.0.8 is not a known node"),
    ],
)
def test_the_reason_says_what_is_nearly_right(door, title, address, said):
    assert said in door().admit(call(title), address).note


def test_a_caller_who_comes_again_is_counted(door, clock):
    there = door()
    there.admit(call("NOBODY"), "10.0.0.99")
    first = clock.now()
    clock.advance(60)
    there.admit(call("NOBODY"), "10.0.0.99")
    (caller,) = there.shelf.rejected_callers()
    assert (caller.count, caller.first, caller.last) == (2, first, clock.now())


def test_a_full_disk_does_not_change_who_may_come_in(door):
    there = door()

    def fail(caller):
        raise LocalError("no space")

    there.shelf.remember_caller = fail
    assert there.admit(call("NOBODY"), "10.0.0.99").operations == {"echo"}
    assert there.admit(call(), "10.0.0.7").node == CT


def test_a_node_entered_while_we_run_is_known_at_once(door):
    there = door()
    assert there.admit(call("MR1"), "10.0.0.9").operations == {"echo"}
    there.shelf.put_node(Node("mr", "MR1", "10.0.0.9"))
    assert there.admit(call("MR1"), "10.0.0.9").operations == EVERYTHING


@pytest.mark.parametrize(
    ("type_", "asked", "answer"), [(1, True, b""), (2, True, b""), (2, False, None), (3, True, None), (5, True, None)]
)
def test_a_user_name_is_answered_when_an_answer_is_asked_for(door, type_, asked, answer):
    identity = UserIdentity(type_, b"ann", b"secret", asked)
    assert door().admit(call(identity=identity), "10.0.0.7").identity_response == answer


def test_what_is_remembered_is_bounded(door):
    there = door()
    there.admit(call("NOBODY", classes=[VERIFICATION, *(f"1.2.3.{n}" for n in range(127))]), "10.0.0.99")
    assert len(there.shelf.rejected_callers()[0].wanted) == 16


@given(title=st.text(max_size=20), called=st.text(max_size=20), address=st.ip_addresses().map(str) | st.text(max_size=20))
def test_no_caller_is_trusted_by_accident(title, called, address):
    from isocenter.base.clock import FixedClock

    class Shelf:
        nodes = staticmethod(lambda: (CT,))
        version = staticmethod(lambda: 0)
        remember_caller = staticmethod(lambda caller: None)

    for policy in ("loopback", "strict"):
        there = Door(NodeBook(Shelf()), Shelf(), ae_title=lambda: "ISOCENTER", policy=lambda p=policy: p,
                     clock=FixedClock(), resolve=lambda name: frozenset())  # fmt: skip
        admission = there.admit(call(title, called), address)
        here = parsed(address)
        if (title.strip() == "CT1" and str(here) == CT.host) or (policy == "loopback" and here is not None and here.is_loopback):
            continue
        assert isinstance(admission, TurnedAway) or admission.operations == {"echo"}
