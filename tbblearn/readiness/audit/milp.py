"""What the passes leave open, one group at a time, by mixed integer programming (HiGHS, through scipy).

The whole-number unknowns are the parts of each item per piece of means, and the piece's scale total. First only a small
part of the tree around the group is free and everything else stays as in the witness: answers found there prove that
the bound is open. If there are none, the window grows, up to the whole tree; none there proves that it is closed.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic

import numpy as np

from tbblearn.readiness.audit.bounds import Whole
from tbblearn.readiness.audit.problem import GREATEST_VALUES, LEAST_VALUES, Problem, Witness, subtree


@dataclass(frozen=True, slots=True)
class PartTarget:
    """Can the unit's piece of distributions have at most n - 2 answers in this part of this item?"""

    unit: str
    scale: int
    column: int
    part: int


@dataclass(frozen=True, slots=True)
class MemberTarget:
    """Can the unit's piece of means have a member at 3 or below (`above`: not all above 3), or 3 and over?"""

    unit: str
    scale: int
    above: bool


Target = PartTarget | MemberTarget


class TimedOut(Exception):
    """HiGHS was cut off before it knew."""


@dataclass
class _Program:
    """A feasibility problem, row by row."""

    high: list[float] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def unknown(self, high: float) -> int:
        self.high.append(high)
        return len(self.high) - 1

    def demand(self, terms: dict[int, float], least: float, most: float) -> None:
        self.rows.append(terms)
        self.least.append(least)
        self.most.append(most)

    def solution(self, deadline: float) -> Whole | None:
        """Whole numbers that meet every row, or None where there are none; raises TimedOut."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        places = [(row, column) for row, terms in enumerate(self.rows) for column in terms]
        values = [value for terms in self.rows for value in terms.values()]
        rows, columns = zip(*places, strict=True)
        matrix = csr_array((values, (rows, columns)), shape=(len(self.rows), len(self.high)))
        seconds = deadline - monotonic()
        if seconds <= 0:
            raise TimedOut
        answer = milp(
            np.zeros(len(self.high)),
            integrality=np.ones(len(self.high), dtype=np.int64),
            bounds=Bounds(np.zeros(len(self.high)), np.array(self.high)),
            constraints=LinearConstraint(matrix, np.array(self.least), np.array(self.most)),
            options={"time_limit": seconds},
        )
        if answer.status == 0:
            return np.rint(answer.x).astype(np.int64)
        if answer.status == 2:
            return None
        raise TimedOut


def is_open(problem: Problem, witness: Witness, target: Target, deadline: float) -> bool:
    """Whether some answers with all published rows meet the target. `deadline` is in time.monotonic()."""
    for window in _windows(problem, target):
        draft = _draft(problem, witness.counts, witness.figures, target.scale, window)
        _mean_rows(problem, draft, target.scale, problem.means.order, witness.totals)
        if isinstance(target, PartTarget):
            n = problem.distributions.pieces[target.unit]
            _cap(problem, draft, target.unit, target.column, target.part, n - 2)
        else:
            _member(problem, draft, target)
        if draft.program.solution(deadline) is not None:
            return True
    return False


def mend(
    problem: Problem,
    counts: Mapping[str, Whole],
    figures: Mapping[str, Whole],
    unit: str,
    scale: int,
    caps: Mapping[str, Whole],
    deadline: float,
) -> bool:
    """Choose again, in place, the counts of the unit and all below it so that their means can be met.

    All shares stay satisfied, also above; `caps`: the most answers per item and part of a piece of distributions.
    False, with nothing changed, if there are no such counts.
    """
    below = list(subtree(problem.tree, unit))
    window = {piece for piece in below if piece in problem.means.pieces}
    draft = _draft(problem, counts, figures, scale, window)
    _mean_rows(problem, draft, scale, [name for name in below if name in problem.means.sizes], {})
    for holder, most in caps.items():
        if all(piece in window for piece in problem.members(holder)):
            for column in draft.columns:
                for part in range(3):
                    _cap(problem, draft, holder, column, part, int(most[column, part]))
    solution = draft.program.solution(deadline)
    if solution is None:
        return False
    for (piece, column, part), unknown in draft.counts.items():
        change = int(solution[unknown]) - int(counts[piece][column, part])
        counts[piece][column, part] += change
        for above in problem.tree.upwards(problem.holder[piece]):
            figures[above][column, part] += change
    return True


def _windows(problem: Problem, target: Target) -> Iterator[set[str]]:
    """The free pieces of means: those of the target's joint piece, then growing subtrees, at last all."""
    start = problem.holder.get(target.unit, target.unit) if isinstance(target, MemberTarget) else target.unit
    inside = set(problem.members(start)) or {start}
    yield inside
    for unit in problem.tree.upwards(start):
        below = {piece for piece in subtree(problem.tree, unit) if piece in problem.means.pieces}
        if len(below) > len(inside):
            inside = below
            yield inside
    if len(inside) < len(problem.means.pieces):
        yield set(problem.means.pieces)


@dataclass
class _Draft:
    """A program with the unknowns of one scale in one window: parts by (piece, column, part), totals by piece."""

    program: _Program
    columns: tuple[int, ...]
    counts: dict[tuple[str, int, int], int] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)


def _draft(
    problem: Problem, counts: Mapping[str, Whole], figures: Mapping[str, Whole], scale: int, window: Collection[str]
) -> _Draft:
    """The unknowns of the window and all shares that they touch; everything outside stays as it is."""
    columns = problem.scales[scale].columns
    draft = _Draft(_Program(), columns)
    program = draft.program
    for piece, n in problem.means.pieces.items():
        if piece not in window:
            continue
        draft.totals[piece] = program.unknown(5 * len(columns) * n)
        if piece not in problem.holder:
            program.demand({draft.totals[piece]: 1}, len(columns) * n, 5 * len(columns) * n)
            continue
        for column in columns:
            for part in range(3):
                draft.counts[piece, column, part] = program.unknown(n)
            program.demand({draft.counts[piece, column, part]: 1 for part in range(3)}, n, n)
        program.demand(_total_less(draft, piece, LEAST_VALUES), 0, np.inf)
        program.demand(_total_less(draft, piece, GREATEST_VALUES), -np.inf, 0)
    _share_rows(problem, draft, counts, figures)
    _joint_pieces(problem, draft, counts)
    return draft


def _total_less(draft: _Draft, piece: str, values: Whole) -> dict[int, float]:
    """The piece's total less the sum of these values of its parts."""
    terms: dict[int, float] = {draft.totals[piece]: 1}
    for column in draft.columns:
        for part in range(3):
            terms[draft.counts[piece, column, part]] = -float(values[part])
    return terms


def _share_rows(problem: Problem, draft: _Draft, counts: Mapping[str, Whole], figures: Mapping[str, Whole]) -> None:
    free: dict[str, list[str]] = {}
    for piece in dict.fromkeys(piece for piece, _, _ in draft.counts):
        for unit in problem.tree.upwards(problem.holder[piece]):
            free.setdefault(unit, []).append(piece)
    for unit, pieces in free.items():
        box, n = problem.shares[unit], problem.distributions.sizes[unit]
        frozen = figures[unit] - np.sum([counts[piece] for piece in pieces], axis=0)
        for column in draft.columns:
            for part in range(3):
                low, high = int(box.low[column, part]), int(box.high[column, part])
                if low > 0 or high < n:
                    terms: dict[int, float] = {draft.counts[piece, column, part]: 1 for piece in pieces}
                    rest = int(frozen[column, part])
                    draft.program.demand(terms, low - rest, high - rest)


def _joint_pieces(problem: Problem, draft: _Draft, counts: Mapping[str, Whole]) -> None:
    """If part of a piece of distributions is outside the window, the part inside keeps its counts as a whole."""
    for holder in dict.fromkeys(problem.holder[piece] for piece, _, _ in draft.counts):
        members = problem.members(holder)
        inside = [piece for piece in members if piece in draft.totals]
        if len(inside) == len(members):
            continue
        for column in draft.columns:
            for part in range(3):
                same = sum(int(counts[piece][column, part]) for piece in inside)
                draft.program.demand({draft.counts[piece, column, part]: 1 for piece in inside}, same, same)


def _mean_rows(
    problem: Problem, draft: _Draft, scale: int, units: Collection[str], totals: Mapping[str, Whole]
) -> None:
    """The published means of `units`; `totals` are those of the pieces outside the window."""
    wanted = set(units)
    free: dict[str, list[str]] = {}
    for piece in draft.totals:
        for unit in problem.tree.upwards(piece):
            if unit in wanted:
                free.setdefault(unit, []).append(piece)
    frozen = dict.fromkeys(free, 0)
    for piece, total in totals.items():
        if piece not in draft.totals:
            for unit in problem.tree.upwards(piece):
                if unit in frozen:
                    frozen[unit] += int(total[scale, 0])
    for unit, pieces in free.items():
        row = problem.totals[unit]
        terms: dict[int, float] = {draft.totals[piece]: 1 for piece in pieces}
        draft.program.demand(terms, int(row.low[scale, 0]) - frozen[unit], int(row.high[scale, 0]) - frozen[unit])


def _cap(problem: Problem, draft: _Draft, holder: str, column: int, part: int, most: int) -> None:
    """At most so many answers of a piece of distributions in one part of an item."""
    terms: dict[int, float] = {draft.counts[piece, column, part]: 1 for piece in problem.members(holder)}
    draft.program.demand(terms, 0, most)


def _member(problem: Problem, draft: _Draft, target: MemberTarget) -> None:
    """One member of the piece whose own total is on the far side of 3, and the others with what is left."""
    piece, items, program = target.unit, len(draft.columns), draft.program
    n = problem.means.pieces[piece]
    least, most = (items, 3 * items) if target.above else (3 * items, 5 * items)
    own = program.unknown(most)
    program.demand({own: 1}, least, most)
    if piece not in problem.holder:
        program.demand({draft.totals[piece]: 1, own: -1}, (n - 1) * items, 5 * (n - 1) * items)
        return
    answers: dict[tuple[int, int], int] = {}
    for column in draft.columns:
        for part in range(3):
            answers[column, part] = program.unknown(1)
            program.demand({draft.counts[piece, column, part]: 1, answers[column, part]: -1}, 0, np.inf)
        program.demand({answers[column, part]: 1 for part in range(3)}, 1, 1)
    for values, low, high in ((LEAST_VALUES, 0.0, np.inf), (GREATEST_VALUES, -np.inf, 0.0)):
        mine: dict[int, float] = {own: 1}
        others: dict[int, float] = {draft.totals[piece]: 1, own: -1}
        for (column, part), answer in answers.items():
            mine[answer] = -float(values[part])
            others[draft.counts[piece, column, part]] = -float(values[part])
            others[answer] = float(values[part])
        program.demand(mine, low, high)
        program.demand(others, low, high)
