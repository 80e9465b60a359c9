"""Table 9-10, cell by cell, against the standard's own print of it."""

import pytest

from isocenter.wire.states import DATA_STATES, STEPS, TABLE, Action, State, Trigger

# PS3.8 Table 9-10: one line an event, one column a state, Sta1 to Sta13; a dash is a blank cell.
PRINTED = """
Evt1   AE-1     -     -     -     -     -     -     -     -     -     -     -     -
Evt2      -     -     -  AE-2     -     -     -     -     -     -     -     -     -
Evt3      -  AA-1  AA-8     -  AE-3  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt4      -  AA-1  AA-8     -  AE-4  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt5   AE-5     -     -     -     -     -     -     -     -     -     -     -     -
Evt6      -  AE-6  AA-8     -  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-7
Evt7      -     -  AE-7     -     -     -     -     -     -     -     -     -     -
Evt8      -     -  AE-8     -     -     -     -     -     -     -     -     -     -
Evt9      -     -     -     -     -  DT-1     -  AR-7     -     -     -     -     -
Evt10     -  AA-1  AA-8     -  AA-8  DT-2  AR-6  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt11     -     -     -     -     -  AR-1     -     -     -     -     -     -     -
Evt12     -  AA-1  AA-8     -  AA-8  AR-2  AR-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-6
Evt13     -  AA-1  AA-8     -  AA-8  AA-8  AR-3  AA-8  AA-8 AR-10  AR-3  AA-8  AA-6
Evt14     -     -     -     -     -     -     -  AR-4  AR-9     -     -  AR-4     -
Evt15     -     -  AA-1  AA-2  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1  AA-1     -
Evt16     -  AA-2  AA-3     -  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-3  AA-2
Evt17     -  AA-5  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AA-4  AR-5
Evt18     -  AA-2     -     -     -     -     -     -     -     -     -     -  AA-2
Evt19     -  AA-1  AA-8     -  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-8  AA-7
"""

# PS3.8 Tables 9-6 to 9-9: the state after each action, both where it forks.
NEXT = {
    "AE-1": "Sta4", "AE-2": "Sta5", "AE-3": "Sta6", "AE-4": "Sta1", "AE-5": "Sta2", "AE-6": "Sta3 Sta13", "AE-7": "Sta6",
    "AE-8": "Sta13", "DT-1": "Sta6", "DT-2": "Sta6", "AR-1": "Sta7", "AR-2": "Sta8", "AR-3": "Sta1", "AR-4": "Sta13",
    "AR-5": "Sta1", "AR-6": "Sta7", "AR-7": "Sta8", "AR-8": "Sta9 Sta10", "AR-9": "Sta11", "AR-10": "Sta12", "AA-1": "Sta13",
    "AA-2": "Sta1", "AA-3": "Sta1", "AA-4": "Sta1", "AA-5": "Sta1", "AA-6": "Sta13", "AA-7": "Sta13", "AA-8": "Sta13",
}  # fmt: skip

CELLS = [
    (line.split()[0], f"Sta{column}", code)
    for line in PRINTED.strip().splitlines()
    for column, code in enumerate(line.split()[1:], start=1)
]


def test_the_printed_table_has_every_state_and_every_event():
    assert len(CELLS) == len(State) * len(Trigger) == 13 * 19


@pytest.mark.parametrize(("event", "state", "code"), CELLS)
def test_each_cell_is_the_standards(event, state, code):
    step = TABLE.get((State(state), Trigger(event)))
    assert (step.code if step else "-") == code


@pytest.mark.parametrize("code", NEXT)
def test_each_action_leads_to_the_standards_next_state(code):
    step = STEPS[code]
    states = [step.next_state] + ([step.otherwise.next_state] if step.otherwise else [])
    assert " ".join(state.value for state in states) == NEXT[code]
    assert set(STEPS) == set(NEXT)


def test_data_is_for_the_user_in_two_states_alone():
    assert {state.value for state in DATA_STATES} == {"Sta6", "Sta7"}


def test_only_the_closing_actions_lead_back_to_idle():
    closing = {Action.CLOSE, Action.ACKNOWLEDGE_CLOSE}
    for step in STEPS.values():
        assert bool(closing.intersection(step.actions)) == (step.next_state is State.IDLE), step.code
