import pickle

import numpy as np
import pandas as pd

from crmmining.eventlog.case_table import CaseTable, held_cases
from crmmining.eventlog.log import CaseNotion, EventLog


def log_with(cases: CaseTable) -> EventLog:
    columns = {"activity": np.zeros(3, np.int32), "time": np.arange(3)}
    return EventLog.from_columns(
        CaseNotion("plain", "log"), np.arange(3), columns, {"activity": ("a",)}, cases
    )


def test_no_frame_is_made_before_somebody_looks() -> None:
    log = log_with(CaseTable({"case": np.array([5, 6, 7]), "outcome": np.array([0, 1, 2])}))
    chosen = log.select([2, 0])
    assert log.variants.share_reached.tolist() == [0.5]
    assert isinstance(held_cases(log), CaseTable) and isinstance(held_cases(chosen), CaseTable)
    assert chosen.cases["case"].tolist() == [7, 5]
    assert chosen.cases is chosen.cases and isinstance(held_cases(chosen), pd.DataFrame)
    assert pickle.loads(pickle.dumps(log)).cases["case"].tolist() == [5, 6, 7]


def test_what_is_added_to_the_frame_is_seen_by_the_log() -> None:
    log = log_with(CaseTable({"case": np.array([5, 6, 7])}))
    log.cases["reached"] = [10, -1, -1]
    assert log.ended.tolist() == [10, 1, 2]
