"""Proposed study files: what is recognised, what is left open, and that they load."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from crmmining.cli.boundary import run
from crmmining.errors import InvalidOptionError, MissingFileError, SourceError
from crmmining.sources.loading import open_study
from crmmining.sources.proposal_text import quoted
from crmmining.sources.proposing import propose_study
from crmmining.study.reading import read_study_file
from crmmining.study.source_spec import SalesforceSource, TableSource

SAMPLES = Path(__file__).parents[2] / "sample_logs"


def exported(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def table_of(path: Path, number: int = 0) -> TableSource:
    source = read_study_file(path).sources[number]
    assert isinstance(source, TableSource)
    return source


CALLS = "call_id,phone,started_at,ended_at,reason,agent,queue\n" + "".join(
    f"C{i},01632 98820{i % 9},{13 + i % 9}/01/2025 16:44:00,{13 + i % 9}/01/2025 16:48:47,"
    f"{('Bill', 'Move')[i % 2]},Ann,Billing\n"
    for i in range(30)
)


def test_sentiment_is_told_from_a_score(tmp_path: Path) -> None:
    rows = [f"{13 + i}/01/2025 16:44:00,c{i},called,{(i - 5) / 10},{1 + i % 5}" for i in range(12)]
    (tmp_path / "calls.csv").write_text("\n".join(["at,customer_id,activity,sentiment_score,rating", *rows]))
    (event,) = table_of(propose_study(tmp_path, tmp_path / "study.yaml").path).all_events
    assert event.satisfaction == "rating"
    assert event.sentiment is not None and event.sentiment.column == "sentiment_score"


def test_sentiment_on_another_scale_or_in_words_is_asked_about(tmp_path: Path) -> None:
    rows = [f"{13 + i}/01/2025 16:44:00,c{i},called,{('good', 'bad')[i % 2]}" for i in range(12)]
    (tmp_path / "calls.csv").write_text("\n".join(["at,customer_id,activity,sentiment", *rows]))
    proposal = propose_study(tmp_path, tmp_path / "study.yaml")
    assert table_of(proposal.path).all_events[0].sentiment is None
    assert any("column 'sentiment' may say how customers sound" in doubt for doubt in proposal.doubts)


def test_the_sample_is_recognised_and_loads(tmp_path: Path) -> None:
    proposal = propose_study(SAMPLES / "home_move" / "exports", tmp_path / "study.yaml")
    study = read_study_file(proposal.path)
    assert proposal.n_sources == len(study.sources) == 4
    assert [type(source).__name__ for source in study.sources].count("SalesforceSource") == 1
    assert isinstance(study.sources[0], SalesforceSource)
    assert study.satisfaction.scale == (1, 5)
    calls = next(s for s in study.sources if isinstance(s, TableSource) and s.table.endswith("centre.csv"))
    assert calls.all_events[0].sentiment is not None
    opened = open_study(proposal.path)
    assert opened.n_events > 39_000
    assert not len(opened.quality.refused)


def test_an_incident_log_is_read_by_its_record_with_its_question_marks_absent(tmp_path: Path) -> None:
    exported = SAMPLES / "service_desk" / "exports" / "incident_event_log.csv"
    shutil.copy(exported, tmp_path / "incident_updates.csv")  # under this name it is nobody's in particular
    proposal = propose_study(tmp_path, tmp_path / "study.yaml")
    table = table_of(proposal.path)
    assert table.null == ["?"]
    assert table.record is not None and (table.record.type, table.record.id) == ("incident", "number")
    assert table.customer == {"caller": ["caller_id"]}
    (event,) = table.all_events
    assert (event.time, event.on_change) == ("sys_updated_at", "incident_state")
    assert any("'?'" in doubt for doubt in proposal.doubts)
    assert open_study(proposal.path).n_events > 10_000


def test_start_and_end_are_found_where_the_end_is_never_first(tmp_path: Path) -> None:
    folder = exported(tmp_path / "in", calls=CALLS)
    (event,) = table_of(propose_study(folder, tmp_path / "study.yaml").path).all_events
    assert (event.start, event.time) == ("started_at", "ended_at")
    turned = CALLS.replace("13/01/2025 16:48:47", "13/01/2025 16:40:00")
    folder = exported(tmp_path / "turned", calls=turned)
    (event,) = table_of(propose_study(folder, tmp_path / "other.yaml").path).all_events
    assert event.start is None


def test_times_without_a_zone_are_a_doubt(tmp_path: Path) -> None:
    visits = "at,page,email\n2025-01-01T10:00:00+01:00,Home,a@b.org\n2025-01-02T10:00:00+01:00,Bill,c@b.org\n"
    folder = exported(tmp_path / "in", calls=CALLS, visits=visits)
    doubts = propose_study(folder, tmp_path / "study.yaml").doubts
    assert [doubt.split(":")[0] for doubt in doubts if "no zone" in doubt] == ["calls.csv"]


def test_a_table_whose_dates_read_two_ways_is_left_as_a_comment(tmp_path: Path) -> None:
    visits = "day,status,email\n01/02/2025 10:00,open,a@b.org\n03/04/2025 10:00,done,c@b.org\n"
    folder = exported(tmp_path / "in", calls=CALLS, visits=visits)
    proposal = propose_study(folder, tmp_path / "study.yaml")
    text = proposal.path.read_text("utf-8")
    assert proposal.n_sources == 1
    assert "  # - table: in/visits.csv" in text
    assert any("1 February 2025" in doubt and "2 January 2025" in doubt for doubt in proposal.doubts)
    assert open_study(proposal.path).n_events == 30


def test_alone_a_table_whose_dates_read_two_ways_makes_the_load_ask(tmp_path: Path) -> None:
    visits = "day,status,email\n01/02/2025 10:00,open,a@b.org\n03/04/2025 10:00,done,c@b.org\n"
    proposal = propose_study(exported(tmp_path / "in", visits=visits), tmp_path / "study.yaml")
    with pytest.raises(SourceError, match="can be read as 1 February 2025"):
        open_study(proposal.path)


def test_opened_and_closed_of_a_record_become_its_span(tmp_path: Path) -> None:
    rows = "".join(f"T{i},2025-01-{10 + i} 08:00,2025-01-{12 + i} 09:30,c{i % 4}\n" for i in range(12))
    folder = exported(tmp_path / "in", tickets="ticket_id,opened_at,closed_at,customer_id\n" + rows)
    table = table_of(propose_study(folder, tmp_path / "study.yaml").path)
    assert table.record is not None
    assert (table.record.type, table.record.opened, table.record.closed) == (
        "ticket",
        "opened_at",
        "closed_at",
    )
    assert len(table.all_events) == 2


def test_delimiter_and_encoding_are_found(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = "email;wann;status\na@b.org;31.01.2025 10:00;geöffnet\nc@b.org;28.02.2025 10:00;gelöst\n"
    (tmp_path / "in" / "tickets.csv").write_bytes(text.encode("latin-1"))
    proposal = propose_study(tmp_path / "in", tmp_path / "study.yaml")
    table = table_of(proposal.path)
    assert (table.delimiter, table.encoding, table.time.format) == (";", "latin-1", "%d.%m.%Y %H:%M")
    names = {name for (name,) in open_study(proposal.path).workspace.rows("SELECT name FROM names")}
    assert "geöffnet" in names


def test_the_mail_of_an_employee_is_no_customer(tmp_path: Path) -> None:
    rows = "".join(f"ann@firm.org,2025-01-{10 + i} 08:00,cust{i}@b.org,opened\n" for i in range(9))
    folder = exported(tmp_path / "in", log="agent_email,at,email,status\n" + rows)
    assert table_of(propose_study(folder, tmp_path / "study.yaml").path).customer == {"email": ["email"]}


def test_parquet_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "b", "a"],
            "event": ["seen", "seen", "bought"],
            "time": pd.date_range("2025-01-01", periods=3, freq="D"),
        }
    )
    frame.to_parquet(tmp_path / "in" / "events.parquet")
    proposal = propose_study(tmp_path / "in", tmp_path / "study.yaml")
    assert open_study(proposal.path).n_events == 3


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    names = ["x: {y}\n# z", "'\"\\", "12"]
    rows = "".join(
        f'a@b.org,2025-01-{13 + i} 10:00,"{name.replace(chr(34), chr(34) * 2)}"\n'
        for i, name in enumerate(names)
    )
    folder = exported(tmp_path / "in", odd='email,"when: [1]",status\n' + rows)
    proposal = propose_study(folder, tmp_path / "study.yaml")
    assert set(read_study_file(proposal.path).activities) == set(names)
    assert open_study(proposal.path).n_events == 3


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    folder = exported(tmp_path / "in", calls=CALLS, empty="", prices="product,price\npen,1\ncup,2\n")
    proposal = propose_study(folder, tmp_path / "study.yaml")
    assert proposal.n_sources == 1
    assert any(doubt.startswith("empty.csv: left out") for doubt in proposal.doubts)
    assert any(doubt.startswith("prices.csv: left out") for doubt in proposal.doubts)


def test_a_weekly_export_that_cannot_be_read_leaves_no_trace(tmp_path: Path) -> None:
    leads = (
        "Id,CreatedDate,Status,ConvertedDate,IsConverted,LastModifiedDate,OwnerId,ConvertedOpportunityId\n"
        "1,2025-01-13 10:00,Open,,0,,,\n"
    )
    deals = "Id,StageName\n1,New\n"  # no CreatedDate
    folder = exported(tmp_path / "in", calls=CALLS)
    exported(folder / "salesforce", Lead=leads, Opportunity=deals)
    proposal = propose_study(folder, tmp_path / "study.yaml")
    assert proposal.n_sources == 1
    assert any("salesforce: left out" in doubt and "CreatedDate" in doubt for doubt in proposal.doubts)
    assert set(read_study_file(proposal.path).activities) == {"Bill", "Move"}
    assert open_study(proposal.path).n_events == 30


def test_nothing_usable_writes_nothing(tmp_path: Path) -> None:
    folder = exported(tmp_path / "in", prices="product,price\npen,1\ncup,2\n")
    with pytest.raises(SourceError, match=r"no file can be used: prices\.csv"):
        propose_study(folder, tmp_path / "study.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_study_file_is_never_overwritten(tmp_path: Path) -> None:
    output = tmp_path / "study.yaml"
    output.write_text("mine", "utf-8")
    with pytest.raises(InvalidOptionError, match="not overwritten"):
        propose_study(exported(tmp_path / "in", calls=CALLS), output)
    assert output.read_text("utf-8") == "mine"


def test_a_folder_that_is_not_there_or_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        propose_study(tmp_path / "nowhere", tmp_path / "study.yaml")
    with pytest.raises(MissingFileError):
        propose_study(tmp_path, tmp_path / "study.yaml")


def test_the_command_writes_beside_the_exports_and_shows_the_doubts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = exported(tmp_path / "in", calls=CALLS)
    assert run(["init", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "1 source." in shown and "? calls.csv" in shown
    assert run(["load", str(folder / "study.yaml")]) == 0
    assert run(["init", str(folder)]) == 2


@pytest.mark.parametrize("text", ["12", "true", "a: b", "", "x\ty", "é", "- a", "\u2028", "null"])
def test_quoted_texts_are_read_back_as_they_were(text: str, tmp_path: Path) -> None:
    from crmmining.study.yaml_file import read_yaml

    path = tmp_path / "one.yaml"
    path.write_text(f"key: {quoted(text)}\n", "utf-8")
    assert read_yaml(path).data == {"key": text}


@pytest.mark.parametrize("product", ["hubspot", "zendesk", "servicenow"])
def test_the_exports_of_every_product_are_recognised_and_load(product: str, tmp_path: Path) -> None:
    tables = Path(__file__).parent / "presets" / f"{product}_tables"
    shutil.copytree(tables / "export" if (tables / "export").exists() else tables, tmp_path / "export")
    proposal = propose_study(tmp_path / "export", tmp_path / "study.yaml")
    assert f"  - {product}: export\n" in proposal.path.read_text()
    assert proposal.n_sources == 1
    open_study(proposal.path).workspace.close()


def test_every_sheet_and_every_member_is_a_table(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    rows = [("2025-01-01 10:00:00", page, "ann@x.org") for page in "abc"]
    visits = pd.DataFrame(rows, columns=["visited_at", "page", "email"])
    calls = visits.rename(columns={"visited_at": "called_at", "page": "topic"})
    with pd.ExcelWriter(folder / "book.xlsx") as book:
        visits.to_excel(book, sheet_name="Visits", index=False)
        calls.to_excel(book, sheet_name="Calls 2025", index=False)
    with zipfile.ZipFile(folder / "both.zip", "w") as archive:
        archive.writestr("one.csv", visits.to_csv(index=False))
        archive.writestr("two.csv", calls.to_csv(index=False))
    with zipfile.ZipFile(folder / "deep.zip", "w") as archive:
        archive.writestr("one.csv", visits.to_csv(index=False))
        archive.write(folder / "book.xlsx", "all/book.xlsx")
    proposal = propose_study(folder, tmp_path / "study.yaml")
    declared = read_study_file(proposal.path)
    found = [(s.table, s.within) for s in declared.sources if isinstance(s, TableSource)]
    assert found == [
        ("in/book.xlsx", "Visits"), ("in/book.xlsx", "Calls 2025"), ("in/both.zip", "one.csv"),
        ("in/both.zip", "two.csv"), ("in/deep.zip", "all/book.xlsx/Visits"),
        ("in/deep.zip", "all/book.xlsx/Calls 2025"), ("in/deep.zip", "one.csv"),
    ]  # fmt: skip
    assert open_study(proposal.path).n_events == 21


def test_of_an_object_centric_log_a_person_says_the_type(tmp_path: Path) -> None:
    types = '[{"name": "order", "attributes": []}, {"name": "item", "attributes": []}]'
    text = f'{{"objectTypes": {types}, "eventTypes": [{{"name": "e"}}], "objects": [], "events": []}}'
    (tmp_path / "log.json").write_text(text)
    exported(tmp_path, calls=CALLS)
    proposal = propose_study(tmp_path, tmp_path / "study.yaml")
    assert proposal.n_sources == 1
    (doubt,) = (doubt for doubt in proposal.doubts if doubt.startswith("log.json"))
    assert "left out:" in doubt and "within: 'item', 'order'" in doubt
