"""C-ECHO of another node, and what came of it in words (PS3.7 9.1.5). Nothing that the other side does raises here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from time import perf_counter
from typing import Any

from isocenter.base.errors import LinkLost, LocalError, Refused
from isocenter.jobs.searching import Call


class Echo(Enum):
    """What became of an echo."""

    ANSWERED = "answered"
    FAILED = "failed"
    REJECTED = "rejected"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Echoed:
    """The outcome of one echo: `words` is a sentence or the rest of one, `milliseconds` counts the association too.

    `implementation_*` and `pdu_bytes_max` are what an answering node said of itself; `refusal` are result, source and reason of an
    A-ASSOCIATE-RJ (PS3.8 9.3.4); `nobody_listens`: the computer is there, and nothing is at that port.
    """

    echo: Echo
    words: str
    milliseconds: float
    implementation_class_uid: str = ""
    implementation_version_name: str = ""
    pdu_bytes_max: int | None = None
    refusal: tuple[int, int, int] | None = None
    nobody_listens: bool = False


def try_echo(call: Call, count: int = 1) -> Echoed:
    """Ask whether the node is there, `count` times on one association."""
    from isocenter.net import client
    from isocenter.net.requestor import Proposal
    from isocenter.net.sockets import NobodyListens
    from isocenter.standard import status
    from isocenter.standard.sop_class import VERIFICATION

    if call.node.dicomweb_url:
        return _try_web(call)
    began = perf_counter()
    echo, words = Echo.ANSWERED, "it is there and speaks DICOM"
    learned: dict[str, Any] = {}
    try:
        proposal = Proposal(client.query_contexts(VERIFICATION))
        with call.open(proposal) as requestor:
            user = requestor.accept.user
            learned = {
                "implementation_class_uid": user.implementation_class_uid,
                "implementation_version_name": user.implementation_version_name,
                "pdu_bytes_max": user.pdu_bytes_max,
            }
            for _ in range(count):
                answer = client.echo(requestor).status
                if answer != status.SUCCESS:
                    echo, words = Echo.FAILED, status.describe(answer or status.CANNOT_UNDERSTAND, "echo")
    except Refused as error:
        echo, words = Echo.REJECTED, str(error)
        learned = {"refusal": (error.result, error.source, error.reason)}
    except LinkLost as error:
        echo, words = Echo.LOST, str(error)
        learned = {"nobody_listens": isinstance(error, NobodyListens)}
    except LocalError as error:
        echo, words = Echo.FAILED, str(error)
    return Echoed(echo, words, round((perf_counter() - began) * 1000, 1), **learned)


def _try_web(call: Call) -> Echoed:
    """The same of a node that speaks DICOMweb: the smallest search is asked."""
    from isocenter.jobs import web_searching
    from isocenter.jobs.questions import UNIQUE, At, Question, RootName
    from isocenter.net.sockets import NobodyListens

    began = perf_counter()
    echo, words, is_nobody = Echo.ANSWERED, "it is there and speaks DICOMweb", False
    try:
        next(web_searching.answers(call.service, Question(At.STUDY, RootName.STUDY, {UNIQUE[At.STUDY]: ""}), 1), None)
    except LinkLost as error:
        echo, words, is_nobody = Echo.LOST, str(error), isinstance(error, NobodyListens)
    except LocalError as error:
        echo, words = Echo.FAILED, str(error)
    return Echoed(echo, words, round((perf_counter() - began) * 1000, 1), nobody_listens=is_nobody)
