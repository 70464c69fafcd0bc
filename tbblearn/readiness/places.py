"""Units as they were when a wave opened: where a figure is from."""

from dataclasses import dataclass

from tbblearn.people.rules import UnitKind


@dataclass(frozen=True)
class Place:
    """A unit as it was when the wave opened."""

    id: int
    parent_id: int | None
    key: str
    name: str
    kind: UnitKind
    path: str

    @property
    def line(self) -> tuple[int, ...]:
        """The units from the county down to this one."""
        return line_of(self.path)

    @property
    def is_county(self) -> bool:
        """True for the root."""
        return self.parent_id is None


def line_of(path: str) -> tuple[int, ...]:
    """The ids in a path, from the county down: '/1/5/9/' is 1, 5, 9."""
    return tuple(int(step) for step in path.split("/") if step)
