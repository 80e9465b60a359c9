"""Every cell of Table 9-10 through the association itself: what is asked for, or arrives, does what the table says and no more."""

import pytest

from isocenter.base.errors import LocalError
from isocenter.base.limits import ARTIM_SECONDS
from isocenter.wire.association import Association
from isocenter.wire.events import Aborted, Accepted, Closed, Fragment, Rejected, ReleaseAsked, Released, Requested
from isocenter.wire.outlet import value_header
from isocenter.wire.pdu import (
    Abort,
    AnsweredContext,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ProposedContext,
    ReleaseReply,
    ReleaseRequest,
    UserInformation,
)
from isocenter.wire.pdu_codec import encode
from isocenter.wire.states import TABLE, State, Trigger

USER = UserInformation(16384, "1.2.3")
REQUEST = AssociateRequest("CALLED", "CALLING", (ProposedContext(1, "1.2", ("1.3",)),), USER)
ACCEPT = AssociateAccept("CALLED", "CALLING", (AnsweredContext(1, 0, "1.3"),), USER)
REJECT = AssociateReject(1, 1, 1)
DATA = value_header(1, 3, 4) + b"data"
NOW = 50.0


def give(association, raw, now=NOW):
    space = association.space()
    space[: len(raw)] = raw
    association.received(len(raw), now)
    return [type(event) for event in association.events()]


def requestor():
    association = Association.requestor(0.0)
    association.request(REQUEST, 0.0)
    return association


def ready_requestor():
    association = requestor()
    give(association, encode(ACCEPT), 0.0)
    return association


def ready_acceptor():
    association = Association.acceptor(0.0)
    give(association, encode(REQUEST), 0.0)
    association.accept(ACCEPT, 0.0)
    return association


def in_state(state):
    """An association that came into this state in the ordinary way, with nothing left to send or tell."""
    match state.value:
        case "Sta1":
            association = Association.requestor(0.0)
        case "Sta2":
            association = Association.acceptor(NOW)
        case "Sta3":
            association = Association.acceptor(0.0)
            give(association, encode(REQUEST))
        case "Sta4":
            # `request` passes through it, since the driver has connected by then.
            association = Association.requestor(0.0)
            association.state = State.CONNECTING
        case "Sta5":
            association = requestor()
        case "Sta6":
            association = ready_acceptor()
        case "Sta7" | "Sta9" | "Sta11":
            association = ready_requestor()
            association.release(0.0)
            if state.value != "Sta7":
                give(association, encode(ReleaseRequest()))
            if state.value == "Sta11":
                association.release_reply(0.0)
        case "Sta8":
            association = ready_acceptor()
            give(association, encode(ReleaseRequest()))
        case "Sta10" | "Sta12":
            association = ready_acceptor()
            association.release(0.0)
            give(association, encode(ReleaseRequest()))
            if state.value == "Sta12":
                give(association, encode(ReleaseReply()))
        case "Sta13":
            association = ready_acceptor()
            association.abort(now=NOW)
    association.outgoing()
    assert association.state is state
    return association


PDUS = {
    Trigger.ACCEPT_RECEIVED: encode(ACCEPT),
    Trigger.REJECT_RECEIVED: encode(REJECT),
    Trigger.REQUEST_RECEIVED: encode(REQUEST),
    Trigger.DATA_RECEIVED: DATA,
    Trigger.RELEASE_RECEIVED: encode(ReleaseRequest()),
    Trigger.RELEASE_REPLY_RECEIVED: encode(ReleaseReply()),
    Trigger.ABORT_RECEIVED: encode(Abort(0, 0)),
    Trigger.INVALID_RECEIVED: b"\x99\0\0\0\0\4what",
}
WISHES = {
    Trigger.REQUEST_ASKED: lambda association: association.request(REQUEST, NOW),
    Trigger.ACCEPT_ASKED: lambda association: association.accept(ACCEPT, NOW),
    Trigger.REJECT_ASKED: lambda association: association.reject(REJECT, NOW),
    Trigger.SEND_ASKED: lambda association: association.send_message(1, b"data"),
    Trigger.RELEASE_ASKED: lambda association: association.release(NOW),
    Trigger.RELEASE_REPLY_ASKED: lambda association: association.release_reply(NOW),
}
USER_ABORT, UNEXPECTED, UNRECOGNIZED = encode(Abort(0, 0)), encode(Abort(2, 2)), encode(Abort(2, 1))

# PS3.8 Tables 9-6 to 9-9: what each action sends, and what the user is told. AA-1 after a PDU tells too, for the log.
SENDS = {
    "AE-7": encode(ACCEPT), "AE-8": encode(REJECT), "DT-1": DATA, "AR-1": encode(ReleaseRequest()), "AR-4": encode(ReleaseReply()),
    "AR-7": DATA, "AR-9": encode(ReleaseReply()), "AA-1": USER_ABORT, "AA-7": UNEXPECTED, "AA-8": UNEXPECTED,
}  # fmt: skip
TELLS = {
    "AE-3": [Accepted], "AE-4": [Rejected, Closed], "AE-6": [Requested], "DT-2": [Fragment], "AR-2": [ReleaseAsked],
    "AR-3": [Released, Closed], "AR-5": [Closed], "AR-6": [Fragment], "AR-8": [ReleaseAsked], "AR-10": [Released],
    "AA-1": [Aborted], "AA-2": [Closed], "AA-3": [Aborted, Closed], "AA-4": [Aborted, Closed], "AA-5": [Closed], "AA-8": [Aborted],
}  # fmt: skip
TIMED = {"AE-5", "AE-8", "AR-4", "AA-1", "AA-8"}


def after(step, association):
    """The step's next state for this association's role."""
    is_collision_acceptor = step.code == "AR-8" and not association._is_requestor
    return step.otherwise.next_state if is_collision_acceptor else step.next_state


def assert_timed(association, step):
    if step.code in TIMED:
        assert association.deadline() == NOW + ARTIM_SECONDS
    elif association.state is State.IDLE:
        assert association.deadline() is None


@pytest.mark.parametrize("trigger", PDUS, ids=lambda trigger: trigger.value)
@pytest.mark.parametrize("state", [state for state in State if state is not State.CONNECTING], ids=lambda state: state.value)
def test_what_arrives(state, trigger):
    association = in_state(state)
    told = give(association, PDUS[trigger])
    sent = b"".join(association.outgoing())
    step = TABLE.get((state, trigger))
    if state is State.IDLE:
        # No transport: nothing can arrive, and what does all the same is not read.
        assert (association.state, told, sent) == (state, [], b"")
        return
    assert association.state is after(step, association)
    assert told == TELLS.get(step.code, [])
    expected = SENDS.get(step.code, b"")
    assert sent == (UNRECOGNIZED if trigger is Trigger.INVALID_RECEIVED and expected == UNEXPECTED else expected)
    assert association.wants_close == (association.state is State.IDLE)
    assert_timed(association, step)


@pytest.mark.parametrize("trigger", WISHES, ids=lambda trigger: trigger.value)
@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_what_is_asked_for(state, trigger):
    association = in_state(state)
    step = TABLE.get((state, trigger))
    if step is None:
        with pytest.raises(LocalError, match=f"{state.value},"):
            WISHES[trigger](association)
        assert association.state is state
        assert association.outgoing() == []
        return
    WISHES[trigger](association)
    assert association.state is (State.AWAITING_RESPONSE if trigger is Trigger.REQUEST_ASKED else step.next_state)
    assert b"".join(association.outgoing()) == (encode(REQUEST) if trigger is Trigger.REQUEST_ASKED else SENDS[step.code])
    assert list(association.events()) == []
    assert_timed(association, step)


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_an_abort(state):
    association = in_state(state)
    association.abort(now=NOW)
    sent, told = b"".join(association.outgoing()), [type(event) for event in association.events()]
    if state in (State.IDLE, State.AWAITING_CLOSE):
        assert (association.state, sent, told) == (state, b"", [])
    elif state in (State.AWAITING_REQUEST, State.CONNECTING):
        assert (association.state, sent, told, association.wants_close) == (State.IDLE, b"", [Closed], True)
    else:
        assert (association.state, sent, told) == (State.AWAITING_CLOSE, USER_ABORT, [])
        assert association.deadline() == NOW + ARTIM_SECONDS


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_a_lost_transport(state):
    association = in_state(state)
    association.received_eof(NOW)
    told = [type(event) for event in association.events()]
    assert association.state is State.IDLE
    step = TABLE.get((state, Trigger.CONNECTION_CLOSED))
    assert told == (TELLS[step.code] if step else [])
    assert association.wants_close == bool(step)
    assert association.deadline() is None


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_an_expired_timer(state):
    association = in_state(state)
    step = TABLE.get((state, Trigger.ARTIM_EXPIRED))
    deadline = association.deadline()
    assert (deadline is None) == (step is None)
    association.tick((deadline or NOW) - 0.001)
    assert association.state is state
    association.tick((deadline or NOW) + 1000.0)
    told = [type(event) for event in association.events()]
    assert (association.state, told) == ((step.next_state, [Closed]) if step else (state, []))
    assert b"".join(association.outgoing()) == b""
