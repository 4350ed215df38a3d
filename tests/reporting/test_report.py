"""The report: whole, the same twice, self-contained, and harmless whatever the data are called."""

import csv
import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.comparison.tiny import Happening, answered, goal, process, tiny_study

from crmmining.comparison.views import compare_views
from crmmining.errors import InvalidOptionError
from crmmining.reporting.inline_svg import inline_svg
from crmmining.reporting.report import file_stem, write_report

SAMPLES = ("home_move", "service_desk")
MOST_BYTES = 3_000_000
GOLDEN = Path(__file__).with_name("golden_headings.txt")
AGAIN = (
    "import sys, crmmining\n"
    "for study, folder in zip(sys.argv[1::2], sys.argv[2::2]):\n"
    "    crmmining.write_report(crmmining.open_study(study), folder)\n"
)
VOID = {"meta", "link", "br", "input", "img", "hr"}


class Page(HTMLParser):
    """Elements of a page in order, with their own attributes and the text below them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))

    def handle_endtag(self, tag):
        while self._open and self.elements[self._open[-1]][0] != tag:
            self._open.pop()
        if self._open:
            self._open.pop()

    def handle_data(self, data):
        for number in self._open:
            self.elements[number][2].append(data)

    def named(self, *tags):
        return [(t, attributes, "".join(words)) for t, attributes, words in self.elements if t in tags]

    @property
    def text(self):
        return "".join(self.elements[0][2])


@pytest.fixture(scope="module")
def studies(home_move_study, service_desk_study):
    return dict(zip(SAMPLES, (home_move_study, service_desk_study), strict=True))


@pytest.fixture(scope="module")
def folders(studies, tmp_path_factory):
    """Each report twice: here, and at the same time by another process with another hash seed."""
    once, twice = tmp_path_factory.mktemp("once"), tmp_path_factory.mktemp("twice")
    asked = [str(part) for name, study in studies.items() for part in (study.declared.path, twice / name)]
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo"}
    with subprocess.Popen([sys.executable, "-c", AGAIN, *asked], env=environment) as again:
        for name, study in studies.items():
            write_report(study, once / name)
        assert again.wait(timeout=180) == 0
    return once, twice


@pytest.fixture(scope="module", params=SAMPLES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def page(name, folders):
    return (folders[0] / name / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parsed(page):
    return Page(page)


def files_of(folder):
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_data_give_the_same_bytes(name, folders):
    once, twice = (files_of(folder / name) for folder in folders)
    assert list(once) == list(twice)
    assert [file for file in once if once[file].read_bytes() != twice[file].read_bytes()] == []


def test_a_report_is_under_two_megabytes(name, folders):
    assert sum(path.stat().st_size for path in files_of(folders[0] / name).values()) < MOST_BYTES


def test_nothing_is_loaded_from_anywhere(page, parsed):
    addresses = set(re.findall(r"https?://[^\s\"'<>)]*", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    for _, attributes, _ in parsed.elements:
        for attribute in ("src", "href", "xlink:href", "action", "srcset", "data"):
            assert attributes.get(attribute, "#").startswith(("#", "data:")), attributes
    assert not re.search(r"@import|url\((?!data:|#)", page)


def test_a_policy_forbids_what_is_not_in_the_page(parsed):
    (policy,) = (
        attributes["content"]
        for _, attributes, _ in parsed.named("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'")


def test_every_finding_is_said_on_the_page(name, studies, parsed):
    for chosen in studies[name].goals:
        findings = compare_views(studies[name], chosen).findings
        assert findings
        for finding in findings:
            assert finding.sentence in parsed.text


def test_every_section_is_there_and_the_menu_leads_to_it(name, studies, parsed):
    sections = [attributes.get("id") for _, attributes, _ in parsed.named("section")]
    goals = [f"goal-{number}" for number in range(1, len(studies[name].goals) + 1)]
    owners = {process.owner for process in studies[name].declared.processes.values() if process.owner}
    assert sections == [
        "top-findings",
        "portfolio",
        *goals,
        *(["owners"] if owners else []),
        "thresholds",
        "quality",
        "definitions",
    ]
    assert {attributes["href"][1:] for _, attributes, _ in parsed.named("a")} <= set(sections)
    headings = [text for _, _, text in parsed.named("h3")]
    assert owners <= set(headings)


def test_ids_are_unique(parsed):
    ids = [attributes["id"] for _, attributes, _ in parsed.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))


def test_every_figure_has_a_name_for_those_who_do_not_see_it(parsed):
    pictures = parsed.named("svg")
    assert len(pictures) >= 5
    for _, attributes, _ in pictures:
        assert attributes.get("role") == "img"
        assert len(attributes.get("aria-label", "")) > 10


def test_pictures_and_tables_are_files_too(name, folders, studies):
    files = files_of(folders[0] / name)
    for chosen in studies[name].goals:
        stem = file_stem(chosen)
        for picture in ("journey", "watermelons", "variants", "stages", "bottlenecks", "map"):
            assert files[f"figures/{stem}-{picture}.png"].read_bytes()[:4] == b"\x89PNG"
            root = ET.fromstring(files[f"figures/{stem}-{picture}.svg"].read_text(encoding="utf-8"))
            assert root.tag.endswith("svg")
        for table in ("clocks", "white_space", "links", "leavers", "outcomes", "bottlenecks", "variants"):
            rows = list(csv.reader(io.StringIO(files[f"tables/{stem}-{table}.csv"].read_text("utf-8"))))
            assert len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])}


def test_the_table_of_findings_holds_them_all(name, folders, studies):
    text = (folders[0] / name / "tables" / "findings.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    said = [f.sentence for g in studies[name].goals for f in compare_views(studies[name], g).findings]
    assert sorted(row["finding"] for row in rows) == sorted(said)


def test_the_pages_headings_are_the_golden_ones(folders):
    """Numbers are masked; set UPDATE_GOLDEN=1 to write the list anew, then read the difference."""
    text = (folders[0] / "home_move" / "report.html").read_text(encoding="utf-8")
    lines = [
        f"{tag} {re.sub(r'[0-9][0-9.,]*', '#', ' '.join(words.split()))}"
        for tag, _, words in Page(text).named("h1", "h2", "h3")
    ]
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_a_file_is_no_folder_for_a_report(tmp_path, home_move_study):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(InvalidOptionError, match="is a file"):
        write_report(home_move_study, tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


def test_compressed_pictures_keep_every_word_and_every_decimal():
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure()
    figure.add_artist(Line2D([], [], transform=figure.transFigure))  # drawn as an empty group
    said = ["3.46 days", "a < b > c", "12.875", "<g>", "</g> 1.25"]
    for k, words in enumerate(said):
        figure.text(0.1, 0.1 + k / 10, words, gid="" if k else None)
    root = ET.fromstring(inline_svg(figure, "one"))
    found = [element.text for element in root.iter() if element.tag.rpartition("}")[2] == "text"]
    assert found == said


HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(2)> & 'quoted'",
    "=cmd|'/C calc'!A0",
    "$x_1$ \\frac{1}{2",
    "L" * 300,
    "🏠 move 👨‍👩‍👧",
    "שלום עולם",
    "first line\nsecond line",
    "</style></script><!-- {{ 7*7 }} {% raw %}",
)
ASK, DONE = HOSTILE[0], HOSTILE[2]


def hostile_events():
    """Thirty customers go through every step; each name is a channel and a department too."""
    found = []
    for k in range(30):
        name = f"{HOSTILE[k % len(HOSTILE)]}-{k}"
        for step, activity in enumerate(HOSTILE):
            by = "customer" if step in (0, 3) else "company"
            found.append(
                Happening(
                    name, k + step + step / 7, activity, by, f"r{k}/{HOSTILE[1]}" if 0 < step < 6 else "",
                    HOSTILE[step], HOSTILE[(step + k) % len(HOSTILE)] if by == "company" else "",
                )
            )  # fmt: skip
        found.append(Happening(name, k + 15, DONE, "company"))
        found.append(answered(name, k + 16, 1))
    return found


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    activities = [*HOSTILE, "Survey answered"]
    stages = [
        {"stage": HOSTILE[3], "steps": [ASK, HOSTILE[3]]},
        {"stage": HOSTILE[1], "steps": [HOSTILE[6], HOSTILE[7]]},
    ]
    work = process(
        HOSTILE[1], closed_by=[HOSTILE[5]], owner=HOSTILE[0], target={"within": "90d"}, solves=True
    )
    study = tiny_study(
        folder,
        hostile_events(),
        processes={HOSTILE[1]: work},
        goals={
            HOSTILE[8]: goal(
                [ASK], [HOSTILE[7]], includes={"processes": [HOSTILE[1]], "activities": activities}
            )
        },
        journeys={HOSTILE[8]: stages},
        promises={
            HOSTILE[0]: {
                "since": ASK,
                "until": HOSTILE[6],
                "within": "1d",
                "pay": "5 EUR",
                "owner": HOSTILE[0],
            }
        },
    )
    write_report(study, folder / "report")
    return folder / "report"


def test_hostile_names_come_out_literally_on_the_page(hostile):
    page = Page((hostile / "report.html").read_text(encoding="utf-8"))
    words = " ".join(page.text.split())
    for name in (*HOSTILE[:4], *HOSTILE[5:]):
        assert " ".join(name.split()) in words, name
    assert "L" * 30 in words
    assert "49" not in re.findall(r"<!-- (\d+)", page.text)


def test_hostile_names_make_no_element_and_no_attribute(hostile):
    page = Page((hostile / "report.html").read_text(encoding="utf-8"))
    assert len(page.named("script")) == 1
    assert "alert(" not in page.named("script")[0][2]
    assert not page.named("img")
    for tag, attributes, _ in page.elements:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)


def test_hostile_names_are_text_in_every_picture(hostile):
    pictures = sorted((hostile / "figures").glob("*.svg"))
    assert len(pictures) >= 5
    for picture in pictures:
        root = ET.fromstring(picture.read_text(encoding="utf-8"))
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not tags & {"script", "img", "foreignObject", "a", "image"}, picture.name
        assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]
    text = "".join("".join(ET.fromstring(p.read_text(encoding="utf-8")).itertext()) for p in pictures)
    for part in ("alert(1)", "$x_1$", "cmd|"):
        assert part in text


def test_hostile_names_are_no_formula_in_any_table(hostile):
    cells = []
    for table in sorted((hostile / "tables").glob("*.csv")):
        rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8"))))
        assert {len(row) for row in rows} == {len(rows[0])}, table.name
        cells += [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]
    assert f"'{HOSTILE[2]}" in cells
    assert HOSTILE[0] in cells


def test_hostile_names_name_no_path(hostile):
    for path in files_of(hostile):
        assert re.fullmatch(r"[\w./-]+", path), path


def test_the_committed_reports_are_those_of_today(name, folders):
    committed = Path(__file__).parents[2] / "reports" / name / "tables"
    fresh = folders[0] / name / "tables"
    assert {path.name for path in committed.iterdir()} == {path.name for path in fresh.iterdir()}
    for path in sorted(committed.iterdir()):
        assert path.read_text("utf-8") == (fresh / path.name).read_text("utf-8"), f"{path}: run make reports"
