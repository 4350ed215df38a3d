"""The view of a study looked at in parts is the view of its logs in memory."""

import pytest
from tests.sources.worlds import World

from crmmining.engine.memory import Memory
from crmmining.errors import UnknownNameError, WorkspaceError
from crmmining.eventlog.log import CaseNotion
from crmmining.eventlog.study import Study
from crmmining.mining.view import View, view_of_study
from crmmining.sources import loading
from crmmining.sources.loading import open_study

NOTIONS = [CaseNotion("process", name) for name in ("Loans", "Cards", "Help")] + [
    CaseNotion("journey", name) for name in ("Get it", "Be helped")
]
CHOSEN = [(), ("channel=web|phone",), ("from=2025-01-20", "activity!=no")]


class Tiny(Memory):
    """Room for no log and for a few rows at once."""

    part = 60
    logs = 1


@pytest.fixture(scope="module")
def studies(tmp_path_factory) -> tuple[Study, Study]:
    """A world after some loads, opened with room for its logs and without."""
    world, folder = World(11), tmp_path_factory.mktemp("world")
    for _ in range(4):
        path = world.write(folder)
        open_study(path).workspace.close()
        world.change()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "Memory", Tiny)
        return open_study(path), open_study(path, memory="1GB")


@pytest.mark.parametrize("where", CHOSEN)
@pytest.mark.parametrize("notion", NOTIONS, ids=str)
def test_a_view_in_parts_is_the_view(
    studies: tuple[Study, Study], notion: CaseNotion, where: tuple[str, ...]
) -> None:
    whole, parted = (view_of_study(study, notion, where) for study in studies)
    assert whole.log is not None
    assert parted.log is None or whole.log.n_events == 0
    assert vars(parted.graph) == vars(whole.graph)
    assert list(parted.graph.edges) == list(whole.graph.edges)
    assert parted.variants.to_frame().equals(whole.variants.to_frame())


def test_it_is_looked_at_in_several_parts_and_says_how_far_it_is(studies: tuple[Study, Study]) -> None:
    said: list[float] = []
    found = view_of_study(studies[1], NOTIONS[0], say=lambda step, share: said.append(share))
    assert isinstance(found, View) and len(said) >= 4
    assert said == sorted(said) and said[0] == 0.0 and said[-1] in (0.5, 1.0)


def test_a_log_without_room_is_refused_with_the_way_out(studies: tuple[Study, Study]) -> None:
    with pytest.raises(WorkspaceError, match="give more with --memory, or choose cases with --where"):
        studies[1].log(NOTIONS[0])


def test_an_unknown_log_is_named(studies: tuple[Study, Study]) -> None:
    for notion in (CaseNotion("process", "Lones"), CaseNotion("journey", "Get")):
        with pytest.raises(UnknownNameError):
            view_of_study(studies[1], notion)
