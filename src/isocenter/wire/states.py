"""Table 9-10 of PS3.8 as data: 13 states, 19 triggers, and what each pair does.

In: a state and a trigger. Out: the actions in words and the next state (PS3.8 9.2). A pair that is absent here is blank in the
standard: nothing on the wire can cause it, so only a wrong call of ours can. Rule 1: no other room decides a state. Rule 2: this
room does nothing, `association` turns the words into bytes, events and deadlines.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from isocenter.wire.pdu_codec import (
    ABORT,
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    ASSOCIATE_RQ,
    P_DATA_TF,
    RELEASE_RP,
    RELEASE_RQ,
)


class State(Enum):
    """PS3.8 9.2.1; the values are the standard's names."""

    IDLE = "Sta1"
    AWAITING_REQUEST = "Sta2"
    AWAITING_LOCAL_RESPONSE = "Sta3"
    CONNECTING = "Sta4"
    AWAITING_RESPONSE = "Sta5"
    READY = "Sta6"
    AWAITING_RELEASE_REPLY = "Sta7"
    AWAITING_LOCAL_RELEASE_REPLY = "Sta8"
    COLLISION_REQUESTOR_AWAITING_LOCAL_REPLY = "Sta9"
    COLLISION_ACCEPTOR_AWAITING_REPLY = "Sta10"
    COLLISION_REQUESTOR_AWAITING_REPLY = "Sta11"
    COLLISION_ACCEPTOR_AWAITING_LOCAL_REPLY = "Sta12"
    AWAITING_CLOSE = "Sta13"


class Trigger(Enum):
    """The events of Table 9-10, called triggers to tell them from what an association tells its driver."""

    REQUEST_ASKED = "Evt1"
    CONNECTED = "Evt2"
    ACCEPT_RECEIVED = "Evt3"
    REJECT_RECEIVED = "Evt4"
    CONNECTION_OFFERED = "Evt5"
    REQUEST_RECEIVED = "Evt6"
    ACCEPT_ASKED = "Evt7"
    REJECT_ASKED = "Evt8"
    SEND_ASKED = "Evt9"
    DATA_RECEIVED = "Evt10"
    RELEASE_ASKED = "Evt11"
    RELEASE_RECEIVED = "Evt12"
    RELEASE_REPLY_RECEIVED = "Evt13"
    RELEASE_REPLY_ASKED = "Evt14"
    ABORT_ASKED = "Evt15"
    ABORT_RECEIVED = "Evt16"
    CONNECTION_CLOSED = "Evt17"
    ARTIM_EXPIRED = "Evt18"
    INVALID_RECEIVED = "Evt19"


class Action(Enum):
    """One thing to do, in order; the conditions of the standard's sentences are in `Step.otherwise`."""

    CONNECT = "issue the transport connect request"
    SEND_REQUEST = "send A-ASSOCIATE-RQ"
    SEND_ACCEPT = "send A-ASSOCIATE-AC"
    SEND_REJECT = "send A-ASSOCIATE-RJ"
    SEND_DATA = "send P-DATA-TF"
    SEND_RELEASE = "send A-RELEASE-RQ"
    SEND_RELEASE_REPLY = "send A-RELEASE-RP"
    SEND_USER_ABORT = "send A-ABORT, source service-user"
    SEND_PROVIDER_ABORT = "send A-ABORT, source service-provider"
    TELL_REQUESTED = "issue A-ASSOCIATE indication"
    TELL_ACCEPTED = "issue A-ASSOCIATE confirmation, accept"
    TELL_REJECTED = "issue A-ASSOCIATE confirmation, reject"
    TELL_DATA = "issue P-DATA indication"
    TELL_RELEASE_ASKED = "issue A-RELEASE indication"
    TELL_RELEASED = "issue A-RELEASE confirmation"
    TELL_ABORTED = "issue A-ABORT or A-P-ABORT indication"
    START_ARTIM = "start or restart the ARTIM timer"
    STOP_ARTIM = "stop the ARTIM timer"
    CLOSE = "close the transport connection"
    ACKNOWLEDGE_CLOSE = "the transport connection is gone"


class Step(NamedTuple):
    """One action of PS3.8 9.2.2 by its printed code. `otherwise` is the other half of AE-6 and AR-8, the only two that fork."""

    code: str
    actions: tuple[Action, ...]
    next_state: State
    otherwise: Step | None = None


_S = State
_A = Action


def _steps() -> dict[str, Step]:
    """PS3.8 Tables 9-6 to 9-9. DT-1 and the like name one next state each, which is the state that they are allowed in."""
    refused = Step("AE-6", (_A.STOP_ARTIM, _A.SEND_REJECT, _A.START_ARTIM), _S.AWAITING_CLOSE)
    collided = Step("AR-8", (_A.TELL_RELEASE_ASKED,), _S.COLLISION_ACCEPTOR_AWAITING_REPLY)
    steps = (
        Step("AE-1", (_A.CONNECT,), _S.CONNECTING),
        Step("AE-2", (_A.SEND_REQUEST,), _S.AWAITING_RESPONSE),
        Step("AE-3", (_A.TELL_ACCEPTED,), _S.READY),
        Step("AE-4", (_A.TELL_REJECTED, _A.CLOSE), _S.IDLE),
        Step("AE-5", (_A.START_ARTIM,), _S.AWAITING_REQUEST),
        Step("AE-6", (_A.STOP_ARTIM, _A.TELL_REQUESTED), _S.AWAITING_LOCAL_RESPONSE, refused),
        Step("AE-7", (_A.SEND_ACCEPT,), _S.READY),
        Step("AE-8", (_A.SEND_REJECT, _A.START_ARTIM), _S.AWAITING_CLOSE),
        Step("DT-1", (_A.SEND_DATA,), _S.READY),
        Step("DT-2", (_A.TELL_DATA,), _S.READY),
        Step("AR-1", (_A.SEND_RELEASE,), _S.AWAITING_RELEASE_REPLY),
        Step("AR-2", (_A.TELL_RELEASE_ASKED,), _S.AWAITING_LOCAL_RELEASE_REPLY),
        Step("AR-3", (_A.TELL_RELEASED, _A.CLOSE), _S.IDLE),
        Step("AR-4", (_A.SEND_RELEASE_REPLY, _A.START_ARTIM), _S.AWAITING_CLOSE),
        Step("AR-5", (_A.STOP_ARTIM, _A.ACKNOWLEDGE_CLOSE), _S.IDLE),
        Step("AR-6", (_A.TELL_DATA,), _S.AWAITING_RELEASE_REPLY),
        Step("AR-7", (_A.SEND_DATA,), _S.AWAITING_LOCAL_RELEASE_REPLY),
        Step("AR-8", (_A.TELL_RELEASE_ASKED,), _S.COLLISION_REQUESTOR_AWAITING_LOCAL_REPLY, collided),
        Step("AR-9", (_A.SEND_RELEASE_REPLY,), _S.COLLISION_REQUESTOR_AWAITING_REPLY),
        Step("AR-10", (_A.TELL_RELEASED,), _S.COLLISION_ACCEPTOR_AWAITING_LOCAL_REPLY),
        Step("AA-1", (_A.SEND_USER_ABORT, _A.START_ARTIM), _S.AWAITING_CLOSE),
        Step("AA-2", (_A.STOP_ARTIM, _A.CLOSE), _S.IDLE),
        Step("AA-3", (_A.TELL_ABORTED, _A.CLOSE), _S.IDLE),
        Step("AA-4", (_A.TELL_ABORTED, _A.ACKNOWLEDGE_CLOSE), _S.IDLE),
        Step("AA-5", (_A.STOP_ARTIM, _A.ACKNOWLEDGE_CLOSE), _S.IDLE),
        Step("AA-6", (), _S.AWAITING_CLOSE),
        Step("AA-7", (_A.SEND_PROVIDER_ABORT,), _S.AWAITING_CLOSE),
        Step("AA-8", (_A.SEND_PROVIDER_ABORT, _A.TELL_ABORTED, _A.START_ARTIM), _S.AWAITING_CLOSE),
    )
    return {step.code: step for step in steps}


STEPS: dict[str, Step] = _steps()

# What arrives on an established or half-established association at a moment when it may not: AA-8 everywhere.
_UNEXPECTED = {
    Trigger.ACCEPT_RECEIVED: "AA-8",
    Trigger.REJECT_RECEIVED: "AA-8",
    Trigger.REQUEST_RECEIVED: "AA-8",
    Trigger.DATA_RECEIVED: "AA-8",
    Trigger.RELEASE_RECEIVED: "AA-8",
    Trigger.RELEASE_REPLY_RECEIVED: "AA-8",
    Trigger.INVALID_RECEIVED: "AA-8",
    Trigger.ABORT_ASKED: "AA-1",
    Trigger.ABORT_RECEIVED: "AA-3",
    Trigger.CONNECTION_CLOSED: "AA-4",
}

_CELLS: dict[State, dict[Trigger, str]] = {
    State.IDLE: {Trigger.REQUEST_ASKED: "AE-1", Trigger.CONNECTION_OFFERED: "AE-5"},
    State.AWAITING_REQUEST: {
        Trigger.ACCEPT_RECEIVED: "AA-1",
        Trigger.REJECT_RECEIVED: "AA-1",
        Trigger.REQUEST_RECEIVED: "AE-6",
        Trigger.DATA_RECEIVED: "AA-1",
        Trigger.RELEASE_RECEIVED: "AA-1",
        Trigger.RELEASE_REPLY_RECEIVED: "AA-1",
        Trigger.ABORT_RECEIVED: "AA-2",
        Trigger.CONNECTION_CLOSED: "AA-5",
        Trigger.ARTIM_EXPIRED: "AA-2",
        Trigger.INVALID_RECEIVED: "AA-1",
    },
    State.AWAITING_LOCAL_RESPONSE: _UNEXPECTED | {Trigger.ACCEPT_ASKED: "AE-7", Trigger.REJECT_ASKED: "AE-8"},
    State.CONNECTING: {Trigger.CONNECTED: "AE-2", Trigger.ABORT_ASKED: "AA-2", Trigger.CONNECTION_CLOSED: "AA-4"},
    State.AWAITING_RESPONSE: _UNEXPECTED | {Trigger.ACCEPT_RECEIVED: "AE-3", Trigger.REJECT_RECEIVED: "AE-4"},
    State.READY: _UNEXPECTED
    | {
        Trigger.SEND_ASKED: "DT-1",
        Trigger.DATA_RECEIVED: "DT-2",
        Trigger.RELEASE_ASKED: "AR-1",
        Trigger.RELEASE_RECEIVED: "AR-2",
    },
    State.AWAITING_RELEASE_REPLY: _UNEXPECTED
    | {
        Trigger.DATA_RECEIVED: "AR-6",
        Trigger.RELEASE_RECEIVED: "AR-8",
        Trigger.RELEASE_REPLY_RECEIVED: "AR-3",
    },
    State.AWAITING_LOCAL_RELEASE_REPLY: _UNEXPECTED | {Trigger.SEND_ASKED: "AR-7", Trigger.RELEASE_REPLY_ASKED: "AR-4"},
    State.COLLISION_REQUESTOR_AWAITING_LOCAL_REPLY: _UNEXPECTED | {Trigger.RELEASE_REPLY_ASKED: "AR-9"},
    State.COLLISION_ACCEPTOR_AWAITING_REPLY: _UNEXPECTED | {Trigger.RELEASE_REPLY_RECEIVED: "AR-10"},
    State.COLLISION_REQUESTOR_AWAITING_REPLY: _UNEXPECTED | {Trigger.RELEASE_REPLY_RECEIVED: "AR-3"},
    State.COLLISION_ACCEPTOR_AWAITING_LOCAL_REPLY: _UNEXPECTED | {Trigger.RELEASE_REPLY_ASKED: "AR-4"},
    State.AWAITING_CLOSE: {
        Trigger.ACCEPT_RECEIVED: "AA-6",
        Trigger.REJECT_RECEIVED: "AA-6",
        Trigger.REQUEST_RECEIVED: "AA-7",
        Trigger.DATA_RECEIVED: "AA-6",
        Trigger.RELEASE_RECEIVED: "AA-6",
        Trigger.RELEASE_REPLY_RECEIVED: "AA-6",
        Trigger.ABORT_RECEIVED: "AA-2",
        Trigger.CONNECTION_CLOSED: "AR-5",
        Trigger.ARTIM_EXPIRED: "AA-2",
        Trigger.INVALID_RECEIVED: "AA-7",
    },
}

TABLE: dict[tuple[State, Trigger], Step] = {
    (state, trigger): STEPS[code] for state, cells in _CELLS.items() for trigger, code in cells.items()
}

# What a PDU triggers by its type; any other type is Evt19.
RECEIVED: dict[int, Trigger] = {
    ASSOCIATE_RQ: Trigger.REQUEST_RECEIVED,
    ASSOCIATE_AC: Trigger.ACCEPT_RECEIVED,
    ASSOCIATE_RJ: Trigger.REJECT_RECEIVED,
    P_DATA_TF: Trigger.DATA_RECEIVED,
    RELEASE_RQ: Trigger.RELEASE_RECEIVED,
    RELEASE_RP: Trigger.RELEASE_REPLY_RECEIVED,
    ABORT: Trigger.ABORT_RECEIVED,
}

DATA_STATES = frozenset(state for (state, trigger), step in TABLE.items() if Action.TELL_DATA in step.actions)
