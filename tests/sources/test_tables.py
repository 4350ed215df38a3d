"""Plain tables: what a row stands for, which values are taken, what is set aside and what stops."""

from pathlib import Path

import pytest
from tests.sources.small import PLAIN, events, findings, opened, utc, write_study

from crmmining.errors import MissingColumnError, SourceError, UnreadableValueError
from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study


def table(folder: Path, source: str, content: str, rest: str = "") -> Study:
    """A study of one table; `source` are the keys beside `table:`, one a line."""
    keys = "".join(f"    {line.strip()}\n" for line in source.strip().splitlines())
    return opened(folder, f"study: One\nsources:\n  - table: events.csv\n{keys}{rest}", events=content)


def refused(study: Study) -> list[tuple[int, str, str, str]]:
    return study.workspace.rows(
        "SELECT row, column_name, coalesce(value, ''), reason FROM refused ORDER BY row"
    )


def test_na_is_an_id_and_only_declared_nulls_are_absent(tmp_path: Path) -> None:
    content = """
        at,step,who
        2025-01-01,NA,NA
        2025-01-02,null,None
        2025-01-03,nan,?
    """
    read = events(
        table(tmp_path / "a", "event: {time: at, activity: step, customer: {id: who}}", content),
        "activity",
        "customer",
    )
    assert read == [("NA", "NA"), ("null", "None"), ("nan", "?")]
    study = table(
        tmp_path / "b", 'null: ["?", "None"]\nevent: {time: at, activity: step, customer: {id: who}}', content
    )
    assert events(study, "activity", "customer") == [("NA", "NA")]
    assert [row[3] for row in refused(study)] == ["neither customer nor record"] * 2


def test_rows_without_time_activity_or_subject_are_set_aside_with_the_reason(tmp_path: Path) -> None:
    content = """
        at,step,who
        2025-01-01,a,ann
        ,a,ann
        2025-01-01,,ann
        2025-01-01,a,
    """
    study = table(tmp_path, "event: {time: at, activity: step, customer: {id: who}}", content)
    assert [(row, reason) for row, _, _, reason in refused(study)] == [
        (2, "no time"),
        (3, "no activity"),
        (4, "neither customer nor record"),
    ]
    files = study.quality.files
    assert files[["n_rows", "n_events", "n_refused"]].values.tolist() == [[4, 1, 3]]
    assert study.quality.warnings[0].startswith("1 rows of events.csv refused: ")


UNREADABLE = """
at,from,step,who,score
01/02/2025,01/02/2025,a,ann,4
01/02/2025,01/02/2025,a,ann,
02/02/2025,01/02/2025,a,bob,5
{at},{start},{step},cyd,{score}
"""
ROLES = """
    time: {format: "%d/%m/%Y"}
    event: {time: at, start: from, activity: step, customer: {id: who}, satisfaction: score}
"""


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"at": "2/13/2025"}, "row 4, column 'at': '2/13/2025' is no time like '%d/%m/%Y'"),
        ({"start": "soon"}, "row 4, column 'from': 'soon' is no time like '%d/%m/%Y'"),
        ({"start": "04/02/2025"}, "row 4, column 'from': '04/02/2025' is a start after its end"),
        ({"score": "6"}, "row 4, column 'score': '6' is no score from 1 to 5"),
        ({"score": "good"}, "row 4, column 'score': 'good' is no score from 1 to 5"),
    ],
)
def test_a_value_that_cannot_be_read_stops_with_file_row_column_and_value(
    value: dict[str, str], message: str, tmp_path: Path
) -> None:
    content = UNREADABLE.format(
        **{"at": "03/02/2025", "start": "03/02/2025", "step": "a", "score": "1", **value}
    )
    with pytest.raises(UnreadableValueError) as caught:
        table(tmp_path, ROLES, content)
    assert message in str(caught.value) and str(tmp_path / "events.csv") in str(caught.value)
    assert "max_refused: 0.38" in str(caught.value)


MOODS = """
    at,step,who,tone,heard
    2025-01-01,called,ann,good,0.25
    2025-01-02,called,ann,,-1
    2025-01-03,called,bob,dull,
"""


def test_sentiment_is_a_number_or_words_that_are_mapped_to_numbers(tmp_path: Path) -> None:
    event = "event: {time: at, activity: step, customer: {id: who}, sentiment: "
    (tmp_path / "words").mkdir()
    words = table(tmp_path / "words", event + "{column: tone, map: {good: 1, dull: -0.5}}}", MOODS)
    assert events(words, "sentiment", "satisfaction") == [(1, None), (None, None), (-0.5, None)]
    (tmp_path / "numbers").mkdir()
    numbers = table(tmp_path / "numbers", event + "heard}", MOODS)
    assert events(numbers, "sentiment") == [0.25, -1, None]


@pytest.mark.parametrize(
    ("sentiment", "rest", "message"),
    [
        (
            "tone",
            "",
            "row 1, column 'tone': 'good' is no sentiment from -1 to 1 (words are given numbers by map:",
        ),
        (
            "{column: tone, map: {good: 1, dull: -5}}",
            "",
            "row 3, column 'tone': '-5' is no sentiment, as map: gives it, from -1 to 1",
        ),
        ("heard", "sentiment: {scale: [0, 1]}", "row 2, column 'heard': '-1' is no sentiment from 0 to 1"),
    ],
)
def test_what_is_no_sentiment_stops(sentiment: str, rest: str, message: str, tmp_path: Path) -> None:
    event = f"event: {{time: at, activity: step, customer: {{id: who}}, sentiment: {sentiment}}}"
    with pytest.raises(UnreadableValueError) as caught:
        table(tmp_path, event, MOODS, rest)
    assert message in str(caught.value)


ABSENT = """
    at,step,email
    2025-01-01,a,ann@x
    2025-01-02,,ann@x
    ,b,ann@x
    2025-01-04,b,
    2025-01-05,c,ann@x
"""


@pytest.mark.parametrize("share", ["0.6", "60%", None])
def test_rows_without_what_makes_an_event_are_set_aside(share: str | None, tmp_path: Path) -> None:
    declared = PLAIN.replace("event:", f"max_refused: {share}\n    event:") if share else PLAIN
    assert events(opened(tmp_path, declared, events=ABSENT), "activity") == ["a", "c"]


@pytest.mark.parametrize(("declared", "told"), [("0.59", None), (None, 0.59), ("60%", 0.0)])
def test_more_refused_rows_than_may_be_stop_whatever_the_reason(
    declared: str | None, told: float | None, tmp_path: Path
) -> None:
    text = PLAIN.replace("event:", f"max_refused: {declared}\n    event:") if declared else PLAIN
    path = write_study(tmp_path, text, events=ABSENT)
    message = r"events.csv: 3 of 5 rows are refused, more than 0.* row 2: no activity"
    with pytest.raises(UnreadableValueError, match=message):
        open_study(path, max_refused=told)
    assert not list(tmp_path.glob("*.duckdb*"))


def test_what_was_loaded_under_another_threshold_stays(tmp_path: Path) -> None:
    path = write_study(tmp_path, PLAIN, events=ABSENT)
    open_study(path, max_refused=0.6).workspace.close()
    study = open_study(path)
    assert len(study.runs) == 1 and study.n_events == 2


def test_max_refused_sets_unreadable_rows_aside(tmp_path: Path) -> None:
    content = UNREADABLE.format(at="soon", start="03/02/2025", step="a", score="1")
    study = table(tmp_path, f"max_refused: 0.25{ROLES}", content)
    assert refused(study) == [(4, "at", "soon", "is no time like '%d/%m/%Y'")]
    assert study.refused.to_numpy().tolist() == [
        ["events.csv", 4, "at", "soon", "is no time like '%d/%m/%Y'"]
    ]
    assert events(study, "row", "start", "satisfaction") == [
        (1, utc("2025-02-01"), 4),
        (2, utc("2025-02-01"), None),
        (3, utc("2025-02-01"), 5),
    ]


def test_a_row_may_be_several_events_and_an_optional_one_may_be_absent(tmp_path: Path) -> None:
    declared = (
        "study: One\nsources:\n  - table: events.csv\n    customer: {id: who}\n    events:\n"
        "      - {time: asked, activity: {value: Asked}, actor: {value: customer}}\n"
        "      - {time: answered, activity: {value: Answered}, optional: true, actor: {value: company}}\n"
    )
    study = opened(
        tmp_path, declared, events="who,asked,answered\nann,2025-01-01,2025-01-02\nbob,2025-01-03,\n"
    )
    assert events(study, "activity", "customer", "actor") == [
        ("Asked", "ann", 0),
        ("Answered", "ann", 1),
        ("Asked", "bob", 0),
    ]
    assert refused(study) == []


UPDATES = """
number,created,at,n,state,group
i1,2025-01-01,2025-01-01 10:00,0,New,
i1,2025-01-01,2025-01-01 11:00,1,New,Web
i1,2025-01-01,2025-01-01 12:00,3,Solved,Web
i1,2025-01-01,2025-01-01 12:00,2,Active,Web
i2,2025-01-02,2025-01-02 10:00,0,New,Web
i1,2025-01-01,2025-01-03 10:00,4,Solved,Web
i1,2025-01-01,2025-01-04 10:00,5,Active,Web
"""


def test_an_event_on_change_is_one_only_where_its_record_changes(tmp_path: Path) -> None:
    source = """
        record: {type: incident, id: number}
        event: {time: at, activity: state, on_change: state, sequence: n}
    """
    log = table(tmp_path, source, UPDATES, "processes: {Incident: {record: incident}}\n").process_log(
        "Incident"
    )
    assert {v.activities: v.n_cases for v in log.variants} == {
        ("New", "Active", "Solved", "Active"): 1,
        ("New",): 1,
    }
    assert log.n_ties == 1


def test_an_event_on_change_of_a_date_of_the_record_comes_once_per_record(tmp_path: Path) -> None:
    source = """
        record: {type: incident, id: number}
        event: {time: created, activity: {value: Opened}, on_change: created}
    """
    assert events(table(tmp_path, source, UPDATES), "record", "time") == [
        ("i1", utc("2025-01-01")),
        ("i2", utc("2025-01-02")),
    ]


def test_without_a_sequence_equal_times_keep_the_order_of_rows(tmp_path: Path) -> None:
    source = "record: {type: incident, id: number}\nevent: {time: at, activity: state, on_change: state}"
    log = table(tmp_path, source, UPDATES, "processes: {Incident: {record: incident}}\n").process_log(
        "Incident"
    )
    assert ("New", "Solved", "Active", "Solved", "Active") in {v.activities for v in log.variants}


def test_roles_are_columns_constants_templates_maps_and_words(tmp_path: Path) -> None:
    declared = """
        study: One
        sources:
          - table: events.csv
            customer: {id: who}
            event:
              time: at
              activity: {template: "{kind}: {what}!"}
              channel: post
              department: {value: Service}
              resource: by
              actor: {column: side, map: {in: customer, out: company}, otherwise: system}
    """
    content = """
        at,who,kind,what,by,side
        2025-01-01,ann,Call,asked,Mary,in
        2025-01-02,ann,Call,answered,,out
        2025-01-03,ann,Job,run,,cron
        2025-01-04,ann,Job,,,
        2025-01-05,ann,Job,ended,,
    """
    study = opened(tmp_path, declared, events=content)
    assert events(study, "activity", "channel", "department", "resource", "actor") == [
        ("Call: asked!", "post", "Service", "Mary", 0),
        ("Call: answered!", "post", "Service", None, 1),
        ("Job: run!", "post", "Service", None, 2),
        ("Job: ended!", "post", "Service", None, None),
    ]
    assert [row[3] for row in refused(study)] == ["no activity"]


def test_an_actor_that_is_none_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableValueError, match="'client' is no actor; write one of customer, company, system"
    ):
        table(
            tmp_path,
            "event: {time: at, activity: s, actor: side, customer: {id: s}}",
            "at,s,side\n2025-01-01,a,client\n",
        )


def test_a_word_that_is_a_channel_and_a_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError,
        match=r"has a column 'email', and 'email' may be meant.*\{column: email\} or \{value: email\}",
    ):
        table(
            tmp_path,
            "event: {time: at, activity: s, channel: email, customer: email}",
            "at,s,email\n2025-01-01,a,a@b\n",
        )


def test_a_word_like_a_column_is_refused_not_taken_as_a_constant(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"has no column 'chanel'. Did you mean 'channel'\?.*write \{value: chanel\}"
    ):
        table(
            tmp_path,
            "event: {time: at, activity: s, channel: chanel, customer: {id: s}}",
            "at,s,channel\n2025-01-01,a,web\n",
        )


@pytest.mark.parametrize(
    "role",
    [
        "activity: stp",
        "activity: {column: stp}",
        "activity: {template: '{stp}'}",
        "activity: step, where: {stp: a}",
    ],
)
def test_a_missing_column_is_named_with_the_nearest(role: str, tmp_path: Path) -> None:
    with pytest.raises(
        MissingColumnError,
        match=r"events.csv has no column 'stp'; it has 'at', 'step', 'who'. Did you mean 'step'",
    ):
        table(
            tmp_path, f"event: {{time: at, {role}, customer: {{id: who}}}}", "at,step,who\n2025-01-01,a,ann\n"
        )


def test_only_rows_that_answer_to_where_are_read(tmp_path: Path) -> None:
    source = 'where: {live: ["1", yes]}\nevent: {time: at, activity: s, customer: {id: who}, where: {s: b}}'
    content = (
        "at,s,who,live\n2025-01-01,a,ann,1\n2025-01-02,b,ann,yes\n2025-01-03,b,ann,0\n2025-01-04,b,ann,\n"
    )
    assert events(table(tmp_path, source, content), "row") == [2]


def test_a_lookup_brings_the_columns_of_another_table(tmp_path: Path) -> None:
    declared = """
        study: One
        sources:
          - table: events.csv
            lookup: {table: deals.csv, column: deal, id: id}
            record: {type: deal, id: deal}
            event: {time: at, activity: {template: "{product}: {step}"}}
    """
    files = {
        "events": "at,deal,step,extra\n2025-01-01,d1,sent,own\n2025-01-02,d2,sent,own\n"
        "2025-01-03,d9,sent,own\n",
        "deals": "id,product,extra\nd1,Loan,theirs\nd2,Card,theirs\nd2,Card,theirs\n",
    }
    study = opened(tmp_path, declared, **files)
    assert events(study, "record", "activity") == [("d1", "Loan: sent"), ("d2", "Card: sent")]
    assert [row[3] for row in refused(study)] == ["no activity"]


def test_links_join_records_in_one_source_and_dead_ones_are_counted(tmp_path: Path) -> None:
    source = "record: {type: deal, id: deal}\nlinks: [{column: from}]\nevent: {time: at, activity: s}"
    content = """
        at,s,deal,from
        2025-01-01,a,d1,
        2025-01-02,a,d2,d1
        2025-01-03,b,d2,d1
        2025-01-04,a,d3,gone
        2025-01-05,a,d4,d4
    """
    study = table(tmp_path, source, content)
    rows = study.workspace.rows(
        "SELECT a.id, b.id FROM links JOIN records a USING (record) JOIN records b ON b.record = linked"
    )
    assert rows == [("d2", "d1")]
    assert findings(study)["links to a record that is in no export"] == 1


def test_an_attribute_takes_the_first_last_least_or_greatest_of_its_values(tmp_path: Path) -> None:
    source = """
        record: {type: deal, id: deal, attributes: {ATTRIBUTES}}
        event: {time: at, activity: s}
    """
    attributes = (
        "plain: v, first: {column: v, take: first}, least: {column: v, take: min}, "
        'most: {column: v, take: max}, said: {column: w, take: min, absent: "(none)"}'
    )
    content = """
        at,s,deal,v,w
        2025-01-01,a,d1,5,
        2025-01-02,a,d1,9,b
        2025-01-03,a,d1,1,b
        2025-01-04,a,d1,3,
        2025-01-05,a,d1,,
    """
    study = table(tmp_path, source.replace("ATTRIBUTES", attributes), content)
    found = dict(study.workspace.rows("SELECT attribute, value FROM record_attributes"))
    assert found == {"plain": "3", "first": "5", "least": "1", "most": "9", "said": "(none)"}


def test_a_name_with_quotes_and_blanks_is_only_a_name(tmp_path: Path) -> None:
    content = b'"at ""x"" --";step;"a;b\'"\n2025-01-01;o\'neil;ann\n'
    source = 'event: {time: \'at "x" --\', activity: step, customer: {id: "a;b\'"}}'
    assert events(table(tmp_path, source, content.decode()), "activity", "customer") == [("o'neil", "ann")]


RECORDS = "id,at,begun,finished\nd1,01/02/2025,01/01/2025,02/02/2025\nd2,01/02/2025,01/01/2025,{}\n"
DATED = """
    time: {format: "%d/%m/%Y"}
    record: {type: deal, id: id, opened: begun, closed: finished}
    event: {time: at, activity: {value: seen}}
"""


def test_a_closing_that_cannot_be_read_is_not_taken_as_open(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableValueError, match="row 2, column 'finished': '2025-02-30' is no time like '%d/%m/%Y'"
    ):
        table(tmp_path, DATED, RECORDS.format("2025-02-30"))


def test_a_closing_that_may_be_unreadable_is_noted(tmp_path: Path) -> None:
    study = table(tmp_path, f"max_refused: 0.5{DATED}", RECORDS.format("soon"))
    assert refused(study) == [(2, "finished", "soon", "is no time, the record counts as without it")]
    assert study.workspace.rows("SELECT id, closed FROM records") == [("d1", utc("2025-02-02")), ("d2", None)]
    assert len(events(study, "record")) == 2
