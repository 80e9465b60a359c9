import pytest

from isocenter.base.errors import PeerError
from isocenter.wire.negotiation import check_accept, negotiate, pdu_bytes_to_send, requestor_roles
from isocenter.wire.pdu import (
    AnsweredContext,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ExtendedNegotiation,
    ProposedContext,
    RoleSelection,
    UserIdentity,
    UserInformation,
)

VERIFICATION, CT, FIND, GET, MOVE = "1.1", "2.1", "3.1", "3.2", "3.3"
IMPLICIT, EXPLICIT, JPEG, BIG = "1.2.1", "1.2.2", "1.2.4", "1.2.9"
ALL = frozenset({"echo", "store", "find", "move", "get"})


OFFERS = {VERIFICATION: "echo", CT: "store", FIND: "find", GET: "get"}


class Table:
    """A table of four classes, as a roster would be."""

    def transfer_syntaxes(self, abstract_syntax):
        return (EXPLICIT, IMPLICIT, JPEG) if abstract_syntax in OFFERS else ()

    def operation(self, abstract_syntax):
        return OFFERS[abstract_syntax]

    def may_be_scu(self, abstract_syntax):
        return abstract_syntax == CT

    def extended_answers(self, request):
        return tuple(ExtendedNegotiation(each.sop_class_uid, b"\1") for each in request)


def propose(*contexts, **user):
    numbered = (ProposedContext(2 * at + 1, abstract, tuple(syntaxes)) for at, (abstract, *syntaxes) in enumerate(contexts))
    return AssociateRequest("CALLED", "CALLING", tuple(numbered), UserInformation(**({"pdu_bytes_max": 16384} | user)))


def answer(request, operations=ALL, **more):
    return negotiate(request, Table(), operations=operations, **more)


def results(accept):
    return [(context.result, context.transfer_syntax) for context in accept.contexts]


def test_storage_takes_the_callers_first_syntax_that_we_know():
    assert results(answer(propose((CT, BIG, JPEG, IMPLICIT, EXPLICIT)))) == [(0, JPEG)]


def test_elsewhere_our_own_preference_decides():
    assert results(answer(propose((FIND, BIG, JPEG, IMPLICIT, EXPLICIT)))) == [(0, EXPLICIT)]


def test_each_context_is_answered_in_its_order():
    request = propose((CT, IMPLICIT), (MOVE, IMPLICIT), (FIND, BIG), (VERIFICATION,), (VERIFICATION, IMPLICIT), (CT, IMPLICIT))
    accept = answer(request)
    assert [context.id for context in accept.contexts] == [1, 3, 5, 7, 9, 11]
    assert results(accept) == [(0, IMPLICIT), (3, IMPLICIT), (4, BIG), (4, ""), (0, IMPLICIT), (0, IMPLICIT)]


def test_128_contexts_are_all_answered():
    assert len(answer(propose(*[(CT, IMPLICIT)] * 128)).contexts) == 128


def test_an_operation_that_the_caller_may_not_ask_for_is_rejected_by_the_user():
    assert results(answer(propose((CT, IMPLICIT), (VERIFICATION, IMPLICIT)), frozenset({"echo"}))) == [(1, IMPLICIT), (0, IMPLICIT)]
    assert results(answer(propose(("9.9", IMPLICIT)), frozenset())) == [(3, IMPLICIT)]


@pytest.mark.parametrize(
    ("proposed", "operations", "result", "roles"),
    [
        ((True, True), ALL, 0, (True, True)),
        ((False, True), ALL, 0, (False, True)),
        ((True, False), ALL, 0, (True, False)),
        ((False, False), ALL, 1, None),
        ((True, True), ALL - {"store"}, 0, (False, True)),
        ((True, True), ALL - {"get"}, 0, (True, False)),
        ((False, True), ALL - {"get"}, 1, None),
    ],
)
def test_roles_are_given_as_far_as_the_operations_go(proposed, operations, result, roles):
    accept = answer(propose((CT, IMPLICIT), roles=(RoleSelection(CT, *proposed),)), operations)
    assert accept.contexts[0].result == result
    assert accept.user.roles == (() if roles is None else (RoleSelection(CT, *roles),))


def test_a_role_that_we_cannot_serve_is_refused_by_its_answer():
    accept = answer(propose((FIND, IMPLICIT), roles=(RoleSelection(FIND, True, True),)))
    assert accept.user.roles == (RoleSelection(FIND, True, False),)


def test_a_role_for_a_class_that_is_not_proposed_is_not_answered():
    roles = (RoleSelection("9.9", True, True), RoleSelection(GET, True, True))
    assert answer(propose((CT, IMPLICIT), roles=roles)).user.roles == ()


def test_the_first_of_two_roles_for_one_class_counts():
    roles = (RoleSelection(CT, False, True), RoleSelection(CT, True, False))
    assert answer(propose((CT, IMPLICIT), roles=roles)).user.roles == (RoleSelection(CT, False, True),)


def test_roles_after_the_exchange():
    accept = answer(propose((CT, IMPLICIT), (FIND, IMPLICIT), roles=(RoleSelection(CT, False, True),)))
    assert requestor_roles(accept, CT) == (False, True)
    assert requestor_roles(accept, FIND) == (True, False)


@pytest.mark.parametrize("window", [(0, 0), (1, 1), (65535, 65535)])
def test_any_proposed_window_is_answered_with_one_operation_each_way(window):
    assert answer(propose((CT, IMPLICIT), asynchronous_window=window)).user.asynchronous_window == (1, 1)


def test_what_was_not_proposed_is_not_answered():
    user = answer(propose((CT, IMPLICIT))).user
    assert (user.asynchronous_window, user.roles, user.extended, user.identity_response, user.identity) == (
        None,
        (),
        (),
        None,
        None,
    )
    assert user.pdu_bytes_max == 128 * 1024
    assert user.implementation_class_uid
    assert user.implementation_version_name


@pytest.mark.parametrize(("requested", "response"), [(True, b"ticket"), (False, None)])
def test_an_identity_is_answered_where_an_answer_was_asked_for(requested, response):
    request = propose((CT, IMPLICIT), identity=UserIdentity(3, b"name", b"", requested))
    assert answer(request, identity_response=b"ticket").user.identity_response == response
    assert answer(request, identity_response=None).user.identity_response is None


def test_extended_negotiation_is_answered_for_accepted_classes():
    extended = (ExtendedNegotiation(FIND, b"\1\1\1"), ExtendedNegotiation(MOVE, b"\1"))
    assert answer(propose((FIND, IMPLICIT), (MOVE, IMPLICIT), extended=extended)).user.extended == (
        ExtendedNegotiation(FIND, b"\1"),
    )


@pytest.mark.parametrize(("version", "accepted"), [(1, True), (3, True), (0xFFFF, True), (0, False), (2, False)])
def test_only_bit_0_of_the_protocol_version_is_tested(version, accepted):
    request = propose((CT, IMPLICIT))
    found = answer(AssociateRequest("A", "B", request.contexts, request.user, protocol_version=version))
    assert isinstance(found, AssociateAccept) if accepted else found == AssociateReject(1, 2, 2)


@pytest.mark.parametrize("application", ["", "1.2.3", "1.2.840.10008.3.1.1.1.1"])
def test_another_application_context_is_rejected(application):
    request = propose((CT, IMPLICIT))
    found = answer(AssociateRequest("A", "B", request.contexts, request.user, application_context=application))
    assert found == AssociateReject(1, 1, 2)


def test_a_request_without_contexts_is_rejected():
    assert answer(propose()) == AssociateReject(1, 1, 1)


@pytest.mark.parametrize(("announced", "sent"), [(None, 16384), (0, 131072), (128, 128), (16384, 16384), (0xFFFFFFFF, 131072)])
def test_what_we_send_fits_what_the_peer_announced(announced, sent):
    assert pdu_bytes_to_send(announced) == sent
    assert isinstance(answer(propose((CT, IMPLICIT), pdu_bytes_max=announced)), AssociateAccept)


@pytest.mark.parametrize("announced", [1, 6, 7, 127])
def test_a_peer_that_can_receive_nothing_is_rejected(announced):
    assert answer(propose((CT, IMPLICIT), pdu_bytes_max=announced)) == AssociateReject(1, 1, 1)


def accepted(*contexts, pdu_bytes_max=16384):
    return AssociateAccept("A", "B", contexts, UserInformation(pdu_bytes_max=pdu_bytes_max))


def test_an_answer_to_our_proposal_passes():
    check_accept(
        propose((CT, IMPLICIT), (FIND, IMPLICIT)), accepted(AnsweredContext(1, 0, IMPLICIT), AnsweredContext(3, 4, "junk"))
    )
    check_accept(propose((CT, IMPLICIT), (FIND, IMPLICIT)), accepted(AnsweredContext(3, 0, IMPLICIT)))


@pytest.mark.parametrize(
    "accept",
    [
        accepted(AnsweredContext(5, 0, IMPLICIT)),
        accepted(AnsweredContext(1, 0, EXPLICIT)),
        accepted(AnsweredContext(1, 0, "")),
        accepted(AnsweredContext(1, 0, IMPLICIT), pdu_bytes_max=6),
    ],
)
def test_an_answer_to_something_else_is_an_invalid_value(accept):
    with pytest.raises(PeerError) as raised:
        check_accept(propose((CT, IMPLICIT)), accept)
    assert raised.value.abort_reason == 6
