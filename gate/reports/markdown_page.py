"""Pages of Markdown: their templates, and how long one may be."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gate.reports.neutral import Markdown, cell, code, formula, neutral

if TYPE_CHECKING:
    from jinja2 import Template

LIMIT = 65_536  # characters of a comment on GitHub


@lru_cache(maxsize=3)
def template(name: str) -> Template:
    """A template in which everything that is put in becomes inert."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)
    environment.undefined = StrictUndefined
    environment.finalize = neutral
    environment.filters.update(code=code, formula=formula, cell=cell, markdown=Markdown)
    return environment.from_string(Path(__file__).with_name(name).read_text(encoding="utf-8"))
