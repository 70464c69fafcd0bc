"""Answers of closed waves, in pieces, and the frozen figures behind everything shown (docs/rules/disclosure.md)."""

from dataclasses import fields
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from tbblearn.db import Model, enum_type, retention
from tbblearn.readiness.figures.statistics import Difference
from tbblearn.readiness.rules import Against, Family, Kind, Measure, Part, PublishedRow

_FIGURES = retention(keep="for good", why="what was published stays to be read", erase="holds no single answers")


class Response(Model):
    """A complete response of a closed wave. It knows its piece, a group of at least k, but no unit."""

    __tablename__ = "response"
    __table_args__ = (
        ForeignKeyConstraint(["wave_id", "piece_id"], ["wave_unit.wave_id", "wave_unit.unit_id"]),
        Index("ix_response_wave", "wave_id"),
        {"sqlite_with_rowid": False},
    )
    __retention__ = retention(
        keep="90 days after the wave was published, or closed if it never was",
        why="a fault in the figures could be found and the wave withdrawn",
        erase="the rows are wiped, and the log names the decision to dispose of them",
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    piece_id: Mapped[int]
    answers: Mapped[dict[str, str]] = mapped_column(JSON)


class PublishedFigure(Model):
    """One figure as it is shown, already coarse. Pages, files and charts are made from these rows alone."""

    __tablename__ = "published_figure"
    __table_args__ = (
        ForeignKeyConstraint(["wave_id", "unit_id"], ["wave_unit.wave_id", "wave_unit.unit_id"]),
        Index("ix_published_figure_unit", "wave_id", "unit_id"),
    )
    __retention__ = _FIGURES

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
    family: Mapped[Family] = mapped_column(enum_type(Family))
    measure: Mapped[Measure] = mapped_column(enum_type(Measure))
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    value: Mapped[str] = mapped_column(String(40))
    scale: Mapped[str | None] = mapped_column(String(40))
    item: Mapped[str | None] = mapped_column(String(40))
    part: Mapped[Part | None] = mapped_column(enum_type(Part))
    statistic: Mapped[str | None] = mapped_column(String(60))


class FigureComparison(Model):
    """A word that compares two shown means, worked out from what is shown."""

    __tablename__ = "figure_comparison"
    __table_args__ = (ForeignKeyConstraint(["wave_id", "unit_id"], ["wave_unit.wave_id", "wave_unit.unit_id"]),)
    __retention__ = _FIGURES

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    scale: Mapped[str] = mapped_column(String(40), primary_key=True)
    against: Mapped[Against] = mapped_column(enum_type(Against), primary_key=True)
    word: Mapped[Difference] = mapped_column(enum_type(Difference))
    earlier_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"))
    """The wave before, for a change."""


FIGURE = tuple(one.name for one in fields(PublishedRow) if one.name != "unit")
"""The columns of a published figure that a PublishedRow has by the same name."""
