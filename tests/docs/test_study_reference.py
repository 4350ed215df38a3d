"""The reference of the study file: up to date with the types, and its examples can be meant."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import pytest
import yaml
from pydantic import ConfigDict, PydanticUserError, TypeAdapter

from crmmining.study.yaml_file import read_yaml

DOCS = Path(__file__).parents[2] / "docs"


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_study_reference", DOCS / "make_study_reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = load_script()
SECTIONS: dict[str, Any] = yaml.safe_load((DOCS / "study_keys.yaml").read_text("utf-8"))
KEYS = [
    pytest.param(section, key, text["example"], id=f"{title}.{key}")
    for title, section in SECTIONS.items()
    for key, text in section["keys"].items()
]


def test_the_page_is_up_to_date_with_the_types() -> None:
    committed = (DOCS / "study_file.md").read_text("utf-8")
    assert SCRIPT.page_with(SCRIPT.reference()) == committed, "run: python docs/make_study_reference.py"


@pytest.mark.parametrize(("section", "key", "example"), KEYS)
def test_every_example_is_accepted(section: dict[str, Any], key: str, example: str, tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text(example, "utf-8")
    written = read_yaml(file).data
    assert list(written) == [key]
    hint = get_type_hints(SCRIPT.model_of(section), include_extras=True)[key]
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError:  # a type with a configuration of its own takes none from outside
        adapter = TypeAdapter(hint)
    adapter.validate_python(written[key])
