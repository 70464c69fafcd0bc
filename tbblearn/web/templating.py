"""Jinja for our pages."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class Templates(Environment):
    """Jinja as Flask sets it up, with one plain mapping of globals (ADR 8)."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain mapping, not a chain of two that every import in every page compares: no template has its own."""
        return {**self.globals, **(d or {})}
