"""Names and ids under pseudonyms: the same study, and nobody's name in the file."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.sources.small import PLAIN, events, write_study

from crmmining.engine.schema import VERSION_KEY
from crmmining.engine.workspace import Workspace
from crmmining.errors import InUseError, InvalidOptionError, SourceError, WorkspaceError
from crmmining.eventlog.study import Study
from crmmining.sources.loading import open_study
from crmmining.study.privacy import SecretKey

DECLARED = """
study: Two channels
sources:
  - table: cases.csv
    record: {type: Case, id: case, attributes: [topic, said]}
    customer: {email: mail, phone: number}
    links: [{column: after, to: Case}]
    event: {time: at, activity: step, resource: agent, id: row}
    customer_attributes: {region: region}
    max_refused: 50%
    time: {format: iso}
  - table: notes.csv
    record: {type: Case, id: case}
    event: {time: at, activity: {template: "Note"}, resource: agent}
customers: {country_code: 44, attributes: [region]}
processes: {Help: {record: Case}}
goals: {Peace: {opened_by: a, reached_by: z, includes: {processes: [Help]}}}
"""
CASES = """
    row,case,after,at,step,mail,number,agent,topic,said,region
    r1,CASE-1,,2025-01-01,a,Ann@Secret.example,020 7946 0000,Agent Smith,tax,my secret,North
    r2,CASE-1,,2025-01-02,z,,+44 20 7946 0000,Agent Jones,tax,my secret,North
    r3,CASE-2,CASE-1,2025-01-03,b,ann@secret.example,,Agent Smith,tax,a secret,North
    r4,CASE-3,,2025-01-03,a,bob@secret.example,,Agent Smith,tax,a secret,South
    r5,CASE-4,,secret day,a,cyd@secret.example,,Agent Smith,tax,a secret,South
"""
NOTES = """
    case,at,agent
    CASE-3,2025-01-05,Agent Jones
    CASE-1,2025-01-06,Agent Smith
"""
TEXTS = ("secret", "CASE-", "2079460000", "Smith", "Jones")


def written(folder: Path, more: str = "", cases: str = CASES) -> Path:
    return write_study(folder, DECLARED + more, cases=cases, notes=NOTES)


def shape(study: Study) -> list[object]:
    """What the study is but for names."""
    rows = events(study, "time", "activity", "row", "actor")
    same = study.workspace.rows("""
        SELECT e.event, dense_rank() OVER (ORDER BY first_e.first), r.n
        FROM customer_events e
        LEFT JOIN (SELECT customer, min(event) AS first FROM customer_events GROUP BY customer) first_e
            ON first_e.customer = e.customer
        LEFT JOIN (SELECT record, min(event) AS n FROM customer_events GROUP BY record) r USING (record)
        ORDER BY e.event
    """)
    goals = study.workspace.rows("SELECT started, last, outcome FROM goals ORDER BY started, last")
    links = study.workspace.value("SELECT count(*) FROM links")
    return [rows, same, goals, links, study.identities.n_customers]


def texts_in(path: Path) -> set[str]:
    stored = path.read_bytes().lower()
    return {text for text in TEXTS if text.lower().encode() in stored}


def test_the_study_is_the_same_and_no_name_is_in_the_file(tmp_path: Path) -> None:
    plain = open_study(written(tmp_path / "plain"))
    key = tmp_path / "keys.txt"
    leave_out = "privacy: {leave_out: [said]}\n"
    hidden = open_study(written(tmp_path / "hidden", leave_out), pseudonymise=key)
    assert shape(hidden) == shape(plain)
    plain.workspace.close()
    hidden.workspace.close()
    assert texts_in(tmp_path / "plain" / "study.duckdb") == set(TEXTS)
    assert texts_in(tmp_path / "hidden" / "study.duckdb") == set()
    assert key.stat().st_mode & 0o077 == 0 and len(key.read_text().strip()) == 64


def test_refused_values_are_not_kept(tmp_path: Path) -> None:
    study = open_study(written(tmp_path), pseudonymise=tmp_path / "key.txt")
    assert study.refused[["row", "value"]].to_numpy().tolist() == [[5, "(not kept)"]]


@pytest.mark.parametrize("name", ["ann@secret.example", "Ann@Secret.example", "email:ann@secret.example"])
def test_a_customer_is_found_by_name_with_the_key_else_by_pseudonym(name: str, tmp_path: Path) -> None:
    study = open_study(written(tmp_path), pseudonymise=tmp_path / "key.txt")
    life = study.customer(name)
    assert len(life.events) == 4 and "secret" not in life.name
    assert study.customer(life.name).name == life.name
    assert set(study.explain_merge("442079460000")["kind"]) == {"email", "phone"}
    with pytest.raises(InvalidOptionError, match="no customer"):
        study.customer("dot@secret.example")


def test_later_loads_go_on_under_the_same_key(tmp_path: Path) -> None:
    path, key = written(tmp_path), tmp_path / "key.txt"
    open_study(path, pseudonymise=key).workspace.close()
    more = CASES + "    r6,CASE-3,,2025-01-06,z,bob@secret.example,,Agent Smith,tax,a secret,South\n"
    grown = open_study(written(tmp_path, cases=more))
    assert [run.whole for run in grown.runs] == [True, False]
    whole = open_study(written(tmp_path / "whole", cases=more), pseudonymise=key)
    told = ("time", "activity", "customer", "record", "resource")
    assert sorted(events(grown, *told)) == sorted(events(whole, *told))


def test_a_lost_key_is_not_made_anew(tmp_path: Path) -> None:
    path, key = written(tmp_path), tmp_path / "key.txt"
    open_study(path, pseudonymise=key).workspace.close()
    key.unlink()
    with pytest.raises(SourceError, match=r"key.txt: the key of the pseudonyms cannot be read"):
        open_study(written(tmp_path, cases=CASES + "    r6,CASE-3,,2025-01-06,z,bob@x,,A,tax,a,South\n"))
    assert not key.exists()
    other = open_study(path, pseudonymise=tmp_path / "other.txt")
    assert other.runs[-1].whole and other.n_events == 7


def test_the_key_of_the_study_file_hides_too_and_joins_shared_keys_as_before(tmp_path: Path) -> None:
    shared = CASES.replace("Ann@Secret.example,020", "Ann@Secret.example,020")
    more = "privacy: {pseudonymise: key.txt}\n"
    path = written(tmp_path, more, shared)
    path.write_text(
        path.read_text().replace("country_code: 44,", "country_code: 44, shared: ['020 7946 0000'],")
    )
    study = open_study(path)
    assert study.identities.n_customers == 4  # Ann, Bob, Cyd, and the number that is nobody's
    assert (tmp_path / "key.txt").is_file()


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("hunter2\n")
    with pytest.raises(SourceError, match=r"key.txt: a key has at least 32 characters"):
        open_study(written(tmp_path), pseudonymise=tmp_path / "key.txt")
    assert not (tmp_path / "study.duckdb").exists()


def test_two_keys_make_two_pseudonyms() -> None:
    one, other = SecretKey("a", "b"), SecretKey("a", "c")
    assert one.pseudonym("x") != other.pseudonym("x") and one.fingerprint != other.fingerprint
    assert one.pseudonym("x") != one.pseudonym("y")


def test_names_stay_hidden_when_a_workspace_of_another_version_is_made_anew(tmp_path: Path) -> None:
    path = write_study(tmp_path, PLAIN, events="at,step,email\n2025-01-01,a,ann@x\n")
    open_study(path, pseudonymise=tmp_path / "key.txt").workspace.close()
    with Workspace(path.with_suffix(".duckdb")) as workspace:
        workspace.remember(VERSION_KEY, "4")
    ((key,),) = open_study(path).workspace.rows("SELECT key FROM customers")
    assert "ann" not in key


def test_names_stay_hidden_when_what_is_stored_of_the_files_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path)
    open_study(path, pseudonymise=tmp_path / "k.key").workspace.close()
    read = Workspace.rows

    def damaged(self: Workspace, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        if "checksum FROM files" in sql and self.path and self.path.suffix == ".duckdb":
            raise WorkspaceError("damaged")
        return read(self, sql, values)

    monkeypatch.setattr(Workspace, "rows", damaged)
    study = open_study(path, reload=True)
    assert not any("@" in key for (key,) in study.workspace.rows("SELECT value FROM keys"))
    study.workspace.close()


def test_a_workspace_in_use_is_not_taken_for_one_that_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path)
    open_study(path, pseudonymise=tmp_path / "k.key").workspace.close()

    def in_use(*unused: object) -> None:
        raise InUseError("in use")

    monkeypatch.setattr(Workspace, "version", in_use)
    with pytest.raises(InUseError):
        open_study(path, reload=True)
