"""Who may come in: one question, asked once an association, answered by a policy.

Comes in: an A-ASSOCIATE-RQ and the peer's numeric address. Goes out: `Admitted` with the operations it may ask for, or
`TurnedAway` with the fields of PS3.8 9.3.4. Whoever is not known is remembered. No policy looks at a name that the address may
have, and none decides about a single request: that is the roster's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from isocenter.base.clock import Clock
from isocenter.base.limits import WANTED_CLASSES_REMEMBERED_MAX
from isocenter.model.ports import NodeShelf
from isocenter.model.records import Admission, Admitted, Node, RejectedCaller, TurnedAway
from isocenter.nodes.address import Resolver, parsed
from isocenter.nodes.book import NodeBook
from isocenter.nodes.entry import OPERATIONS
from isocenter.nodes.guestbook import Guestbook
from isocenter.standard.sop_class import VERIFICATION, name_of
from isocenter.wire.pdu import AssociateRequest

EVERYTHING = frozenset(OPERATIONS)
ECHO_ONLY = frozenset({"echo"})

_CALLING_TITLE_NOT_RECOGNIZED = (1, 1, 3)
_CALLED_TITLE_NOT_RECOGNIZED = (1, 1, 7)
"""Result, source and reason: rejected permanently, by the service user (PS3.8 9.3.4)."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a policy knows of a caller. `stranger_because` is a sentence, empty for a known node; so is `misdirected_because`."""

    request: AssociateRequest
    address: str
    from_this_computer: bool
    node: Node | None
    stranger_because: str
    misdirected_because: str


def loopback(visit: Visit) -> Admission:
    """This computer's callers may do everything, known nodes what their entry says, everybody else may only say hello."""
    if visit.from_this_computer:
        return _admitted(visit, EVERYTHING)
    return _known_or_echo(visit)


def strict(visit: Visit) -> Admission:
    """As a hospital's archive: the called title must be ours, and this computer's callers must be known nodes like all others."""
    if visit.misdirected_because:
        return TurnedAway(*_CALLED_TITLE_NOT_RECOGNIZED, why=visit.misdirected_because)
    return _known_or_echo(visit)


def open_to_all(visit: Visit) -> Admission:
    """Everybody may do everything; the note says what `strict` would have refused."""
    refusals = [visit.misdirected_because, visit.stranger_because]
    if visit.node is not None and (missing := sorted(EVERYTHING - visit.node.operations)):
        refusals.append(f"{visit.node.name} may not {', '.join(missing)}.")
    told = " ".join(refusal for refusal in refusals if refusal)
    return _admitted(visit, EVERYTHING, f"The policy strict would have refused: {told}" if told else "")


POLICIES: dict[str, Callable[[Visit], Admission]] = {"loopback": loopback, "strict": strict, "open": open_to_all}


def _known_or_echo(visit: Visit) -> Admission:
    if visit.node is not None:
        return _admitted(visit, visit.node.operations)
    if any(context.abstract_syntax == VERIFICATION for context in visit.request.contexts):
        return Admitted(ECHO_ONLY, note=visit.stranger_because, identity_response=_identity_response(visit.request))
    return TurnedAway(*_CALLING_TITLE_NOT_RECOGNIZED, why=visit.stranger_because)


def _admitted(visit: Visit, operations: frozenset[str], note: str = "") -> Admitted:
    node = visit.node
    return Admitted(
        operations=operations,
        node=node,
        character_set=node.character_set if node else "",
        pdu_bytes_max=node.pdu_bytes_max if node else 0,
        identity_response=_identity_response(visit.request),
        note=note,
    )


def _identity_response(request: AssociateRequest) -> bytes | None:
    """A user name, with or without passcode, is answered with an empty response when asked (PS3.7 D.3.3.7.2).

    No policy checks identities. Kerberos, SAML and JWT would need an answer of their own, so they get none.
    """
    identity = request.user.identity
    return b"" if identity is not None and identity.response_requested and identity.type in {1, 2} else None


class Door:
    """The doorkeeper over a node book. `policy` and `ae_title` are asked anew for each caller, so a change needs no restart.

    `own_addresses` gives this computer's addresses: a program that calls its own computer's network address is still a caller
    from this computer.
    """

    def __init__(
        self,
        book: NodeBook,
        shelf: NodeShelf,
        *,
        ae_title: Callable[[], str],
        policy: Callable[[], str],
        clock: Clock,
        resolve: Resolver,
        own_addresses: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self._book = book
        self._guestbook = Guestbook(shelf, clock)
        self._ae_title = ae_title
        self._policy = policy
        self._clock = clock
        self._resolve = resolve
        self._own_addresses = own_addresses

    def admit(self, request: AssociateRequest, address: str) -> Admission:
        """The answer to one caller; a stranger, and whoever is turned away, is remembered with what it wanted."""
        visit = self._visit(request, address)
        admission = POLICIES[self._policy()](visit)
        trusted = isinstance(admission, Admitted) and admission.operations != ECHO_ONLY
        if isinstance(admission, TurnedAway):
            self._remember(visit, admission.why)
        elif visit.node is None and not trusted:
            self._remember(visit, visit.stranger_because)
        return admission

    def _visit(self, request: AssociateRequest, address: str) -> Visit:
        from_here = self._is_from_here(address)
        node = self._known(request.calling_ae_title, address, from_here)
        return Visit(
            request=request,
            address=address,
            from_this_computer=from_here,
            node=node,
            stranger_because="" if node else self._why_unknown(request.calling_ae_title.strip(), address),
            misdirected_because=self._why_misdirected(request, node),
        )

    def _known(self, title: str, address: str, from_here: bool) -> Node | None:
        """The caller's entry; one on this computer may have been entered with any of its addresses."""
        places = (address, "127.0.0.1", *sorted(self._own_addresses())) if from_here else (address,)
        found = (self._book.caller(title, place, self._resolve) for place in places)
        return next((node for node in found if node is not None), None)

    def _is_from_here(self, address: str) -> bool:
        here = parsed(address)
        return here is not None and (here.is_loopback or here in {parsed(own) for own in self._own_addresses()})

    def _why_misdirected(self, request: AssociateRequest, node: Node | None) -> str:
        called, ours = request.called_ae_title.strip(), self._ae_title()
        if called == ours or (node is not None and node.local_ae_title and called == node.local_ae_title):
            return ""
        near = " Upper and lower case count." if called.lower() == ours.lower() else ""
        return f"It called {called!r}, but this archive's title is {ours!r}.{near}"

    def _why_unknown(self, title: str, address: str) -> str:
        if known := self._book.titled(title):
            places = ", ".join(node.host for node in known)
            return f"{title!r} is known at {places}, but this call came from {address}."
        if here := self._book.at(address):
            names = ", ".join(f"{node.name} ({node.ae_title!r})" for node in here[:3])
            return f"{address} is known as {names}, but called itself {title!r}."
        if near := self._book.nearly_titled(title):
            return f"{title!r} is not known; {near[0].name} is spelt {near[0].ae_title!r}."
        return f"{title!r} at {address} is not a known node."

    def _remember(self, visit: Visit, reason: str) -> None:
        request, moment = visit.request, self._clock.now()
        classes: dict[str, set[str]] = {}
        for context in request.contexts:
            classes.setdefault(context.abstract_syntax, set()).update(context.transfer_syntaxes)
        caller = RejectedCaller(
            calling_ae_title=request.calling_ae_title.strip(),
            called_ae_title=request.called_ae_title.strip(),
            address=visit.address,
            implementation_class_uid=request.user.implementation_class_uid,
            implementation_version_name=request.user.implementation_version_name,
            wanted=tuple(_wanted(uid, len(syntaxes)) for uid, syntaxes in islice(classes.items(), WANTED_CLASSES_REMEMBERED_MAX)),
            reason=reason,
            first=moment,
            last=moment,
        )
        self._guestbook.remember(caller)


def _wanted(class_uid: str, syntaxes: int) -> str:
    return f"{name_of(class_uid)} in {syntaxes} syntaxes" if syntaxes > 1 else name_of(class_uid)
