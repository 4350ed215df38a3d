from pathlib import Path

import pytest

from crmmining.errors import StudyFileError
from crmmining.study.yaml_file import YamlFile, read_yaml


def read(folder: Path, text: str) -> YamlFile:
    path = folder / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path)


@pytest.mark.parametrize(
    "word", ["no", "on", "Yes", "off", "y", "09:00", "12:30:45", "2026-01-01", "1_000", "0x1F", "1.2.3"]
)
def test_only_plain_numbers_and_true_false_null_are_no_text(word: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"a: {word}").data == {"a": word}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("-3", -3),
        ("0.5", 0.5),
        ("1e3", 1000.0),
    ],
)
def test_numbers_and_constants_are_read(written: str, meant: object, tmp_path: Path) -> None:
    assert read(tmp_path, f"a: {written}").data == {"a": meant}


def test_quotes_make_text_of_anything(tmp_path: Path) -> None:
    assert read(tmp_path, "a: '5'\nb: \"true\"").data == {"a": "5", "b": "true"}


def test_a_key_is_always_text(tmp_path: Path) -> None:
    assert read(tmp_path, "no: 1\n5: 2").data == {"no": 1, "5": 2}


def test_every_place_knows_its_line(tmp_path: Path) -> None:
    file = read(tmp_path, "a:\n  b:\n    - c: 1\n    - d: 2\n")
    assert file.line_of(("a", "b", 1, "d")) == 4
    assert file.line_of(("a", "b", 0)) == 3


def test_a_place_that_does_not_stand_there_has_its_parents_line(tmp_path: Path) -> None:
    assert read(tmp_path, "a:\n  b: {c: 1}\n").line_of(("a", "b", "missing", 3)) == 2


def test_an_anchor_stands_for_its_value(tmp_path: Path) -> None:
    assert read(tmp_path, "a: &x {b: 1}\nc: *x").data == {"a": {"b": 1}, "c": {"b": 1}}


def test_a_key_twice_in_one_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyFileError, match=r":3: the key 'b' stands here twice \(first on line 2\)"):
        read(tmp_path, "a:\n  b: 1\n  b: 2\n")


def test_the_same_key_in_two_mappings_is_fine(tmp_path: Path) -> None:
    assert read(tmp_path, "a: {b: 1}\nc: {b: 2}").data == {"a": {"b": 1}, "c": {"b": 2}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [*x]", "nested too deeply, or a part that holds itself"),
        ("a: " + "[" * 900, "nested too deeply, or a part that holds itself"),
        ("a: " + "[" * 200_000, "nested too deeply, or a part that holds itself"),
        ("a: " + "- " * 200_000, "not valid YAML: "),
        ('a: "\\U00110000"', "not valid YAML: "),
        ("a: 1\nb: !stomer x", "2: '!stomer' is a tag, which means nothing here; quote it"),
    ],
)
def test_what_no_study_means_is_said(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(StudyFileError) as told:
        read(tmp_path, text)
    assert said in str(told.value) and "\n" not in str(told.value)
