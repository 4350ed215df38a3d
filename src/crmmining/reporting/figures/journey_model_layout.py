"""Layout of the terms of an ideal journey: each one measured first, then placed from left to right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Several
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import mean
from typing import Literal

from crmmining.reporting.figures.text import fit_lines, fit_text, text_width
from crmmining.study.journey import Choice, Optional, Parallel, PartialOrder, Repeat, Sequence, Step, Term
from crmmining.study.journey_terms import in_order, steps_of, times_of

NAME, PROMISE, NOTE = 10.0, 9.0, 8.5  # font sizes
BOX, SIGN = 42.0, 8.0  # height of a step's box, half of a diamond
NAME_SPACING, PROMISE_LINE, NOTE_LINE = 1.14, 11.0, 10.5  # the first of the font size
LANE, ROW_GAP = 14.0, 24.0
_WIDTHS = (96.0, 112.0, 128.0)
_GAP, _STUB, _SPLIT, _GUTTER, _BETWEEN = 17.0, 8.0, 30.0, 36.0, 14.0
_SIDE, _PAD, _ARC = 14.0, 9.0, 8.0
_ARROWS = "in any order that follows the arrows"
_WORDS = "in any order, but"
_NOTHING = Sequence(())

Point = tuple[float, float]


@dataclass(frozen=True)
class StepBox:
    """A step in its place: the box with its name, and the lines that hang beneath."""

    step: Step
    left: float
    top: float
    width: float
    name: tuple[str, ...]
    size: float
    promise: tuple[str, ...]
    notes: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True)
class Wire:
    """A line through points; a curved one swings from each point to the next."""

    points: tuple[Point, ...]
    arrow: bool = False
    curved: bool = False
    dashed: bool = False


@dataclass(frozen=True)
class Sign:
    """A diamond round its centre: exactly one of the branches follows, or all of them."""

    x: float
    y: float
    kind: Literal["one", "all"]


@dataclass(frozen=True)
class Group:
    """An outline round several steps, what holds for them in its upper left corner."""

    left: float
    top: float
    width: float
    height: float
    words: str = ""


@dataclass(frozen=True)
class Label:
    """Words on a line, centred on a point."""

    x: float
    y: float
    text: str


@dataclass
class Scene:
    """What is to be drawn, everything in its place."""

    boxes: list[StepBox] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def wire(self, *points: Point, arrow: bool = False, curved: bool = False, dashed: bool = False) -> None:
        """Add a line through points."""
        self.wires.append(Wire(points, arrow, curved, dashed))


@dataclass(frozen=True)
class Block:
    """A measured term: the room it needs round the line through it, and how it is placed.

    `put` gets the point where the line comes in at the left; it goes out as high at the right.
    `boxed` says that the line meets a box there, which an arrow may point at.
    """

    width: float
    up: float
    down: float
    put: Callable[[Scene, float, float], None]
    boxed: bool = False


def allowed(term: Term) -> Term:
    """The same runs said more plainly: nothing forbidden in them, and nothing empty.

    >>> a, b = Step("a"), Step("b")
    >>> allowed(Sequence((Choice((a, Sequence(()))), Repeat(b, at_most=0)))) == Optional(a)
    True
    """
    match term:
        case Step():
            return term
        case Sequence(parts):
            plain = [allowed(part) for part in parts]
            flat = [p for part in plain for p in (part.parts if isinstance(part, Sequence) else (part,))]
            return flat[0] if len(flat) == 1 else Sequence(tuple(flat))
        case Choice(branches):
            plain = [allowed(branch) for branch in branches]
            some = _one_or(Choice, plain)
            return allowed(Optional(some)) if _NOTHING in plain and some != _NOTHING else some
        case Parallel(branches):
            return _one_or(Parallel, [allowed(branch) for branch in branches])
        case PartialOrder():
            return _allowed_order(term)
        case Repeat(body, at_least, at_most):
            plain_body = allowed(body)
            if at_most == 0 or plain_body == _NOTHING:
                return _NOTHING
            if at_most == 1:
                return plain_body if at_least else allowed(Optional(body))
            return Repeat(plain_body, at_least, at_most)
        case Optional(body):
            plain_body = allowed(body)
            kept = plain_body == _NOTHING or isinstance(plain_body, Optional)
            return plain_body if kept else Optional(plain_body)


def forbidden(term: Term) -> Iterator[Step]:
    """Every step that must not happen, in written order.

    >>> [step.activity for step in forbidden(Optional(Repeat(Step("a"), at_most=0)))]
    ['a']
    """
    match term:
        case Repeat(body, _, 0):
            yield from steps_of(body)
        case Sequence(parts) | Choice(parts) | Parallel(parts) | PartialOrder(parts):
            for part in parts:
                yield from forbidden(part)
        case Repeat(body) | Optional(body):
            yield from forbidden(body)


def measure(term: Term, room: float, owner: str | None) -> Block:
    """A term as a block, on several rows where one is too long for the room.

    `owner` answers for the stage: a step says whose it is only where that is another one.
    """
    match term:
        case Step():
            return _step(term, owner)
        case Sequence(parts):
            return _in_rows([measure(part, room, owner) for part in parts], room)
        case Choice(branches):
            return _split("one", [measure(branch, room - 2 * _SPLIT, owner) for branch in branches])
        case Parallel(branches):
            return _split("all", [measure(branch, room - 2 * _SPLIT, owner) for branch in branches])
        case PartialOrder():
            return _order(term, room, owner)
        case Repeat(body):
            return _loop(measure(body, room - 2 * _SIDE, owner), times_of(term))
        case Optional(Step() as step):
            return _bypass(_step(step, owner, optional=True))
        case Optional(Sequence() | Choice() | Parallel() as body):
            return _bypass(_outlined(measure(body, room - 2 * _SIDE - 2 * _PAD, owner)))
        case Optional(body):
            return _bypass(measure(body, room - 2 * _SIDE, owner))


def measure_rows(term: Term, room: float, owner: str | None) -> list[Block]:
    """What is done of a term as the rows of its stage; a stage with nothing to do is a bare line."""
    term = allowed(term)
    parts = term.parts if isinstance(term, Sequence) else (term,)
    return packed([measure(part, room, owner) for part in parts], room) if parts else [_BARE]


def packed(blocks: Several[Block], room: float) -> list[Block]:
    """Blocks in as few rows as go into the room, the rows about equally long."""
    rows = _filled(blocks, room)
    trials = (_filled(blocks, room * percent / 100) for percent in range(50, 100, 5))
    return [_row(row) for row in next((trial for trial in trials if len(trial) == len(rows)), rows)]


def rows_height(rows: Several[Block]) -> float:
    """Height of rows with the gaps between them."""
    return sum(row.up + row.down for row in rows) + ROW_GAP * max(0, len(rows) - 1)


def put_rows(scene: Scene, rows: Several[Block], rail: Point, start: float, y: float) -> Point:
    """Place rows from a height on, each joined to the one before by a line down a rail.

    Returns where the line leaves the last row.
    """
    x = rail[0]
    came: tuple[Point, ...] = (rail,)
    end = rail
    for row in rows:
        y += row.up
        scene.wire(*came, (x, y), (start, y), arrow=row.boxed)
        row.put(scene, start, y)
        end = (start + row.width, y)
        y += row.down + ROW_GAP
        between = y - ROW_GAP / 2
        came = (end, (end[0] + 8, end[1]), (end[0] + 8, between), (x, between))
    return end


def or_aliases(step: Step) -> str:
    """The other names a step goes by, in quotes so that they are not read on with what follows.

    >>> or_aliases(Step("Search", aliases=("Browse", "Look around")))
    'or “Browse” or “Look around”'
    """
    return " ".join(f"or “{name}”" for name in step.aliases)


def _one_or(build: Callable[[tuple[Term, ...]], Term], terms: Several[Term]) -> Term:
    some = tuple(term for term in terms if term != _NOTHING)
    return build(some) if len(some) > 1 else some[0] if some else _NOTHING


def _allowed_order(order: PartialOrder) -> Term:
    """An order without empty parts, and with only those pairs that do not follow from others."""
    after = {i: {j for first, j in order.before if first == i} for i in range(len(order.parts))}
    for i in reversed(in_order(order)):
        after[i] = after[i].union(*(after[j] for j in after[i]))
    plain = [allowed(part) for part in order.parts]
    kept = [i for i in after if plain[i] != _NOTHING]
    pairs = frozenset(
        (kept.index(i), kept.index(j))
        for i in kept
        for j in after[i].intersection(kept)
        if not any(j in after[k] for k in after[i].intersection(kept))
    )
    parts = tuple(plain[i] for i in kept)
    return PartialOrder(parts, pairs) if pairs else _one_or(Parallel, parts)


def _step(step: Step, owner: str | None, *, optional: bool = False) -> Block:
    name, size, width = [step.activity], NAME, _WIDTHS[0]
    for width in _WIDTHS:
        name, size = fit_text(step.activity, width - 16, NAME, weight="semibold", most=3, smallest=8)
        if size == NAME:
            break
    within = f"≤ {step.promise.within}" if step.promise else ""
    promise = fit_lines(within, width - 8, PROMISE, weight="semibold") if within else []
    notes = [line for note in _notes(step, owner) for line in fit_lines(note, width, NOTE, most=3)]
    hanging = len(promise) * PROMISE_LINE + len(notes) * NOTE_LINE + 4 * bool(promise) + 5 * bool(notes)

    def put(scene: Scene, x: float, y: float) -> None:
        words = (tuple(name), size, tuple(promise), tuple(notes))
        scene.boxes.append(StepBox(step, x, y - BOX / 2, width, *words, optional))

    return Block(width, BOX / 2 + 6 * step.moment_of_truth, BOX / 2 + hanging, put, boxed=True)


def _notes(step: Step, owner: str | None) -> Iterator[str]:
    """What is said of a step in small letters."""
    if step.promise:
        yield f"after {step.promise.since}"
        if step.promise.pay:
            yield f"else {step.promise.pay}"
    if step.aliases:
        yield or_aliases(step)
    if step.channels:
        yield f"via {' or '.join(step.channels)}"
    if step.owner and step.owner != owner:
        yield f"owner {step.owner}"
    if step.weight != 1:
        yield f"weight {step.weight}"
    if step.unobserved:
        yield "not seen in the data"


def _row(blocks: Several[Block], *, wired: bool = True) -> Block:
    """Blocks one after the other."""
    gaps = [_GAP if block.boxed else _STUB for block in blocks[1:]]

    def put(scene: Scene, x: float, y: float) -> None:
        for block, gap in zip(blocks, [*gaps, 0.0], strict=True):
            block.put(scene, x, y)
            x += block.width
            if gap and wired:
                scene.wire((x, y), (x + gap, y), arrow=gap == _GAP)
            x += gap

    up, down = max(block.up for block in blocks), max(block.down for block in blocks)
    return Block(sum(block.width for block in blocks) + sum(gaps), up, down, put, blocks[0].boxed)


def _filled(blocks: Several[Block], room: float) -> list[list[Block]]:
    rows: list[list[Block]] = []
    for block in blocks:
        if rows and _row([*rows[-1], block]).width <= room:
            rows[-1].append(block)
        else:
            rows.append([block])
    return rows


def _in_rows(blocks: Several[Block], room: float) -> Block:
    """Blocks one after the other, on further rows where one row is too long."""
    if (row := _row(blocks)).width <= room:
        return row
    rows = packed(blocks, room - 2 * LANE - 6)
    width = max(row.width for row in rows) + 2 * LANE + 6

    def put(scene: Scene, x: float, y: float) -> None:
        scene.wire((x, y), (x + 4, y))
        right, end = x + width, put_rows(scene, rows, (x + 4, y), x + LANE, y - rows[0].up)
        scene.wire(end, (right - 3, end[1]), (right - 3, y), (right, y))

    return Block(width, rows[0].up, rows_height(rows) - rows[0].up, put)


def _split(kind: Literal["one", "all"], branches: Several[Block]) -> Block:
    """Branches one under another between two diamonds; the first of a choice goes straight on."""
    ys = [0.0]
    for above, below in pairwise(branches):
        ys.append(ys[-1] + above.down + _BETWEEN + below.up)
    axis = (
        0.0 if kind == "one" else min((ys[-1] / 2, *ys), key=lambda y: abs(y - ys[-1] / 2) - (y in ys) * 16)
    )
    ys = [y - axis for y in ys]
    width = max(block.width for block in branches) + 2 * _SPLIT

    def put(scene: Scene, x: float, y: float) -> None:
        first, last = x + SIGN, x + width - SIGN
        for block, offset in zip(branches, ys, strict=True):
            at, start = y + offset, x + _SPLIT
            out, back = ((first, y), (first, at)), ((last, at), (last, y))
            scene.wire(*out[offset == 0 :], (start, at), arrow=block.boxed)
            block.put(scene, start, at)
            scene.wire((start + block.width, at), *back[: 2 - (offset == 0)])
        scene.signs += [Sign(first, y, kind), Sign(last, y, kind)]

    return Block(width, max(SIGN, branches[0].up - ys[0]), max(SIGN, branches[-1].down + ys[-1]), put)


def _bypass(inner: Block) -> Block:
    """What may be left out, with a line over it."""

    def put(scene: Scene, x: float, y: float) -> None:
        right, top = x + inner.width + 2 * _SIDE, y - inner.up - _ARC
        _through(scene, inner, x, y, _SIDE)
        scene.wire((x + 3, y), (x + 3, top), (right - 3, top), (right - 3, y), arrow=True, dashed=True)
        scene.labels.append(Label((x + right) / 2, top, "optional"))

    return Block(inner.width + 2 * _SIDE, inner.up + _ARC + 6, inner.down, put)


def _loop(inner: Block, words: str) -> Block:
    """What may come again, with a line back under it that says how often."""
    side = max(_SIDE, (text_width(words, NOTE) + 34 - inner.width) / 2)

    def put(scene: Scene, x: float, y: float) -> None:
        right, bottom = x + inner.width + 2 * side, y + inner.down + _ARC
        _through(scene, inner, x, y, side)
        scene.wire((right - 3, y), (right - 3, bottom), (x + 3, bottom), (x + 3, y), arrow=True)
        scene.labels.append(Label((x + right) / 2, bottom, words))

    return Block(inner.width + 2 * side, inner.up, inner.down + _ARC + 6, put)


def _outlined(inner: Block) -> Block:
    def put(scene: Scene, x: float, y: float) -> None:
        width, height = inner.width + 2 * _PAD, inner.up + inner.down + 2 * _PAD
        scene.groups.append(Group(x, y - inner.up - _PAD, width, height))
        _through(scene, inner, x, y, _PAD)

    return Block(inner.width + 2 * _PAD, inner.up + _PAD, inner.down + _PAD, put)


def _through(scene: Scene, inner: Block, x: float, y: float, side: float) -> None:
    """A block with a piece of line on both sides."""
    right = x + side + inner.width
    scene.wire((x, y), (x + side, y), arrow=inner.boxed)
    inner.put(scene, x + side, y)
    scene.wire((right, y), (right + side, y))


def _order(order: PartialOrder, room: float, owner: str | None) -> Block:
    """The parts in columns with arrows; where those are too wide, in rows with words instead."""
    inner, grid = room - 2 * _SIDE, _Grid(order)
    for share in (inner, (inner + _GUTTER) / len(grid.columns) - _GUTTER):
        blocks = [measure(part, share, owner) for part in order.parts]
        if (block := grid.block(blocks)).width <= inner:
            return _grouped(block, _ARROWS)
    blocks = [measure(part, inner, owner) for part in order.parts]
    rows = _filled([_after(order, i, blocks[i]) for i in in_order(order)], inner)
    return _grouped(_stacked([_row(row, wired=False) for row in rows]), _WORDS)


def _after(order: PartialOrder, part: int, block: Block) -> Block:
    """A part that says above it what it comes after."""
    first = [next(steps_of(order.parts[i])).activity for i, j in sorted(order.before) if j == part]
    lines = fit_lines(f"after {' and '.join(first)}", block.width, NOTE, most=3) if first else []

    def put(scene: Scene, x: float, y: float) -> None:
        block.put(scene, x, y)
        for place, line in enumerate(reversed(lines)):
            at = y - block.up - 7 - place * NOTE_LINE
            scene.labels.append(Label(x + block.width / 2, at, line))

    return Block(block.width, block.up + len(lines) * NOTE_LINE + 2, block.down, put, block.boxed)


def _stacked(rows: Several[Block]) -> Block:
    def put(scene: Scene, x: float, y: float) -> None:
        y -= rows[0].up
        for row in rows:
            row.put(scene, x, y + row.up)
            y += row.up + row.down + _BETWEEN

    height = sum(row.up + row.down + _BETWEEN for row in rows) - _BETWEEN
    return Block(max(row.width for row in rows), rows[0].up, height - rows[0].up, put)


def _grouped(inner: Block, words: str) -> Block:
    width = max(inner.width, text_width(words, NOTE)) + 2 * _SIDE
    up, down = inner.up + 26, inner.down + 10

    def put(scene: Scene, x: float, y: float) -> None:
        scene.groups.append(Group(x, y - up, width, up + down, words))
        inner.put(scene, x + (width - inner.width) / 2, y)

    return Block(width, up, down, put, boxed=True)


def _put_nothing(scene: Scene, x: float, y: float) -> None:
    scene.wire((x, y), (x + 80, y))
    scene.labels.append(Label(x + 40, y, "no step"))


_BARE = Block(80, SIGN, SIGN, _put_nothing)


class _Grid:
    """The parts of an order in columns, each right of all that come before it.

    A pair that passes over columns goes through a waypoint in each: a number beyond those of the parts.
    """

    def __init__(self, order: PartialOrder) -> None:
        n, depth = len(order.parts), dict[int, int]()
        for j in in_order(order):
            depth[j] = max((depth[i] + 1 for i, k in order.before if k == j), default=0)
        columns = [[i for i in range(n) if depth[i] == d] for d in range(max(depth.values()) + 1)]
        self.paths: list[list[int]] = []
        for i, j in sorted(order.before):
            between = range(depth[i] + 1, depth[j])
            self.paths.append([i, *range(n, n + len(between)), j])
            for d in between:
                columns[d].append(n)
                n += 1
        self._links = [link for path in self.paths for link in pairwise(path)]
        self.columns = self._untangled(columns)

    def block(self, blocks: Several[Block]) -> Block:
        """The columns as one block."""
        lefts, x = [], 0.0
        widths = [max(blocks[i].width if i < len(blocks) else 0.0 for i in column) for column in self.columns]
        for width in widths:
            lefts.append(x)
            x += width + _GUTTER
        ys = self._heights(blocks)
        spans = {i: (lefts[c], lefts[c] + widths[c]) for c, column in enumerate(self.columns) for i in column}

        def put(scene: Scene, x: float, y: float) -> None:
            edges = {i: (x + left, x + right) for i, (left, right) in spans.items()}
            inside = {i: _centred(edges[i], block.width) for i, block in enumerate(blocks)}
            for path in self.paths:
                first, last = path[0], path[-1]
                points = [(inside[first][1], y + ys[first])]
                points += [(edge, y + ys[i]) for i in path for edge in edges[i]][1:-1]
                scene.wire(*points, (inside[last][0], y + ys[last]), arrow=blocks[last].boxed, curved=True)
            for i, block in enumerate(blocks):
                block.put(scene, inside[i][0], y + ys[i])

        up = max(block.up - ys[i] for i, block in enumerate(blocks))
        down = max(block.down + ys[i] for i, block in enumerate(blocks))
        return Block(x - _GUTTER, up, down, put)

    def _untangled(self, columns: list[list[int]]) -> list[list[int]]:
        """Every column in the order that crosses fewest lines, as far as a few rounds find it."""
        best = columns
        for turn in range(12):
            ranks = _ranks(columns)
            columns = [list(column) for column in columns]
            forwards, tie = turn % 2 == 0, -1 if turn % 4 > 1 else 1
            links = self._links if forwards else [(b, a) for a, b in self._links]
            for column in columns if forwards else reversed(columns):
                beside = {j: [ranks[a] for a, b in links if b == j] or [ranks[j]] for j in column}
                column.sort(key=lambda j: (mean(beside[j]), tie * ranks[j]))
                ranks |= {j: place for place, j in enumerate(column)}
            best = min(best, columns, key=self._crossings)
        return best

    def _crossings(self, columns: list[list[int]]) -> int:
        ranks = _ranks(columns)
        column_of = {i: c for c, column in enumerate(columns) for i in column}
        return sum(
            column_of[a] == column_of[c] and (ranks[a] - ranks[c]) * (ranks[b] - ranks[d]) < 0
            for place, (a, b) in enumerate(self._links)
            for c, d in self._links[:place]
        )

    def _heights(self, blocks: Several[Block]) -> dict[int, float]:
        """Heights at which the lines are as straight as the room between the blocks allows."""
        room = {i: (block.up, block.down) for i, block in enumerate(blocks)}
        beside: dict[int, list[int]] = {i: [] for column in self.columns for i in column}
        for a, b in self._links:
            beside[a].append(b)
            beside[b].append(a)
        ys = dict.fromkeys(beside, 0.0)
        for _ in range(12):
            for column in self.columns:
                wanted = [mean([ys[j] for j in beside[i]] or [ys[i]]) for i in column]
                found: list[float] = []
                for place, i in enumerate(column):
                    above = room.get(column[place - 1], (5.0, 5.0))[1] if place else 0.0
                    least = found[-1] + above + _BETWEEN + room.get(i, (5.0, 5.0))[0] if place else wanted[0]
                    found.append(max(wanted[place], least))
                shift = mean(wanted) - mean(found)
                ys |= {i: y + shift for i, y in zip(column, found, strict=True)}
        return ys


def _ranks(columns: Several[Several[int]]) -> dict[int, int]:
    return {i: place for column in columns for place, i in enumerate(column)}


def _centred(span: tuple[float, float], width: float) -> tuple[float, float]:
    middle = (span[0] + span[1]) / 2
    return (middle - width / 2, middle + width / 2)
