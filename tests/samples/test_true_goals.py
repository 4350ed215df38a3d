"""Goals found beside the truth of a sample."""

import numpy as np
import pandas as pd

from crmmining.eventlog.assignment_quality import pairwise_scores
from crmmining.eventlog.study import Study
from crmmining.samples.true_goals import goals_beside_truth
from crmmining.study.durations import DAY


def test_every_event_stands_beside_its_true_goal(home_move_study: Study) -> None:
    frame = goals_beside_truth(home_move_study)
    written = pd.read_csv(home_move_study.declared.folder / "truth" / "goal_events.csv")
    assert len(frame) == home_move_study.n_events
    assert 0.8 * len(written) < (frame["true_instance"] >= 0).sum() <= len(written)  # some rows are no events
    assert frame["true_instance"].nunique() - 1 == written["goal_instance"].nunique()
    assert set(frame["goal"]) == set(frame["true_goal"]) == {-1, 0, 1}


def test_links_and_rules_beat_any_gap_of_time(home_move_study: Study) -> None:
    frame = goals_beside_truth(home_move_study).sort_values(["customer", "time"], kind="stable")
    truth, customer = frame["true_instance"].to_numpy(), frame["customer"].to_numpy()
    ours = pairwise_scores(frame["instance"].to_numpy(), truth)
    gap = frame["time"].diff().to_numpy()
    new = np.r_[True, customer[1:] != customer[:-1]]
    cuts = [np.cumsum(new | (gap > days * DAY)) for days in (3, 7, 14, 21, 30, 60)]
    assert ours.f1 > 0.99 > max(pairwise_scores(cut, truth).f1 for cut in cuts)
    assert ours.adjusted_rand > 0.99
