"""A table in several files of any names, and its rows made of parts of cells."""

from pathlib import Path

from tests.sources.small import events, utc, write_study

from crmmining.sources.loading import open_study

PARTS = """
study: Parts
sources:
  - table: b.json
    also: [a.json]
    each: {column: said}
    record: {type: Ticket, id: id}
    event: {id: said.id, time: said.at, activity: said.what, channel: {column: said.by}, customer: {own: who}}
"""


def written(folder: Path) -> Path:
    (folder / "b.json").write_text(
        '{"id": 1, "who": "ann", "said": [{"id": 1, "at": "2025-01-01 09:00", "what": "Ask"},'
        ' {"id": 2, "at": "2025-01-03 09:00", "what": "Ask again", "by": "web"}]}\n'
    )
    (folder / "a.json").write_text(
        '{"id": 1, "who": "ann", "said": [{"id": 2, "at": "2025-01-02 09:00", "what": "Ask again"}]}\n'
    )
    return write_study(folder, PARTS)


def test_an_id_in_two_files_of_a_table_is_one_event_and_the_last_file_counts(tmp_path: Path) -> None:
    study = open_study(written(tmp_path))
    assert events(study, "activity", "time", "channel", "customer", "record") == [
        ("Ask", utc("2025-01-01 09:00"), None, "ann", "1"),
        ("Ask again", utc("2025-01-03 09:00"), "web", "ann", "1"),
    ]


def test_a_further_file_is_read_alone_and_gives_what_a_load_from_nothing_gives(tmp_path: Path) -> None:
    path = written(tmp_path)
    declared = path.read_text()
    path.write_text(declared.replace("    also: [a.json]\n", ""))
    open_study(path).workspace.close()
    path.write_text(declared)
    grown = open_study(path)
    read = grown.workspace.rows("SELECT path, run FROM files ORDER BY path")
    assert [name for name, _ in read] == ["a.json", "b.json"] and len({run for _, run in read}) == 2
    found = events(grown, "activity", "time", "customer")
    grown.workspace.close()
    assert events(open_study(path, reload=True), "activity", "time", "customer") == found


def test_rows_of_parts_that_are_appended_count_on(tmp_path: Path) -> None:
    declared = """
        study: Parts
        sources:
          - table: t.csv
            each: {column: who, separator: ";"}
            event: {id: at, time: at, activity: {value: Met}, customer: {own: who}}
    """
    path = write_study(tmp_path, declared, t="at,who\n2025-01-01,ann; bob\n")
    with_two = open_study(path)
    assert events(with_two, "row") == [2]  # one id: the last row counts
    with_two.workspace.close()
    (tmp_path / "t.csv").write_text("at,who\n2025-01-01,ann; bob\n2025-01-02,cy;ann\n")
    grown = open_study(path)
    assert events(grown, "row", "customer") == [(2, "bob"), (4, "ann")]
