"""The link matrix of a journey whose every event and minute is known."""

import pytest
from tests.comparison.test_white_space import ANNA, BOB, MOVE, PROCESSES
from tests.comparison.tiny import GOAL, by_company, tiny_views

JOURNEY = [
    {"stage": "Begin", "steps": ["Ask", "Loan opened", "Loan closed"]},
    {"stage": "Finish", "steps": ["Want cover", "Cover opened", "Cover closed", "Done"]},
]


@pytest.fixture(scope="module")
def links(tmp_path_factory):
    events = [*ANNA, *BOB, by_company("anna", 2, "Odd", "L1/Loan")]
    folder = tmp_path_factory.mktemp("links")
    return tiny_views(folder, events, processes=PROCESSES, goals={GOAL: MOVE}, journeys={GOAL: JOURNEY}).links


def in_days(table):
    found = (table / 1440).stack()
    return {pair: value for pair, value in found.items() if value}


def test_every_event_stands_in_one_stage_and_one_process(links):
    found = {pair: n for pair, n in links.events.stack().items() if n}
    assert found == {
        ("Begin", "Loan"): 4,  # opened and closed, twice
        ("Begin", "(no process)"): 2,  # Ask, twice
        ("(no stage)", "Loan"): 1,  # Odd serves no stage
        ("Finish", "Cover"): 4,
        ("Finish", "(no process)"): 3,  # Want cover, Done, Done
    }


def test_an_events_stage_and_process_get_the_time_since_the_event_before(links):
    assert in_days(links.minutes) == pytest.approx(
        {
            ("Begin", "Loan"): (1 + 1) + (0 + 2),  # anna 0–1, 2–3 (Odd took 1–2); bob 0–0, 2–4
            ("(no stage)", "Loan"): 1,
            ("Finish", "Cover"): (5 + 1) + (2 + 2),
            ("Finish", "(no process)"): (1 + 2) + 0,
        }
    )


def test_waiting_is_the_part_in_which_it_was_the_companys_turn(links):
    # anna: 0–1 after Ask, 4–9 after Want cover; bob is never waiting for longer than no time
    assert in_days(links.waiting) == pytest.approx({("Begin", "Loan"): 1, ("Finish", "Cover"): 5})


def test_rows_add_up_to_the_journey_and_columns_to_the_processes(links):
    assert links.minutes.to_numpy().sum() / 1440 == pytest.approx(12 + 6)
    assert links.events.to_numpy().sum() == 8 + 6
    assert links.events.sum(axis=0).to_dict() == {"Loan": 5, "Cover": 4, "Care": 0, "(no process)": 5}
    assert links.events.sum(axis=1).to_dict() == {"Begin": 6, "Finish": 7, "(no stage)": 1}


def test_long_form_holds_every_cell(links):
    frame = links.to_frame()
    assert len(frame) == 3 * 4
    assert frame["events"].sum() == 14
    assert list(frame.columns) == ["stage", "process", "events", "touchpoints", "minutes", "waiting"]
