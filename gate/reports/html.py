"""The decision as a web page: one file that needs no network, for an artifact, a mail, an archive."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from gate.reports.html_neutral import attribute, code, data, formula, neutral
from gate.reports.html_view import view
from gate.terms.decision import Decision

if TYPE_CHECKING:
    from jinja2 import Template

_HERE = Path(__file__).parent
LIBRARY = ("vendor/d3.min.js", "vendor/plot.umd.min.js")  # in the order in which they are loaded
# The style sheet that Plot puts into each of its pictures, for their class `chart` (charts.js sets it).
PLOT_STYLE = """:where(.chart) {
  --plot-background: white;
  display: block;
  height: auto;
  height: intrinsic;
  max-width: 100%;
}
:where(.chart text),
:where(.chart tspan) {
  white-space: pre;
}"""


def render(decision: Decision) -> str:
    """The page, ending in a newline: it says everything without a script, and with one it draws, sorts and filters.

    Its policy (a meta element) allows the scripts and the style sheets that stand in it, by their digests, and nothing
    else: no request, no other script. The chart library is left out where there is nothing to draw.
    """
    told = view(decision)
    drawn = [*LIBRARY, "charts.js"] if told["charts"] else []
    scripts = [file(name) for name in (*drawn, "html.js")]
    styles = [file("html.css")]
    return template("html.html.jinja").render(
        **told,
        content_security_policy=Markup(content_security_policy(scripts, [*styles, PLOT_STYLE] if drawn else styles)),
        styles=[Markup(each) for each in styles],
        scripts=[Markup(each) for each in scripts],
        chart_data=data(told["charts"]),
        licences=Markup(file("vendor/LICENSES.txt")) if drawn else "",
        site=None,
    )


def render_in_site(decision: Decision, assets: str, head: Markup) -> str:
    """The same page as one of a site: scripts and styles are files in its folder `assets`; `head` leads back into the site."""
    told = view(decision)
    drawn = [*LIBRARY, "charts.js"] if told["charts"] else []
    scripts = [f"{assets}/{name.rpartition('/')[2]}" for name in (*drawn, "html.js")]
    return template("html.html.jinja").render(
        **told,
        content_security_policy=Markup(content_security_policy([], [PLOT_STYLE] if drawn else [], own="'self'")),
        styles=[],
        scripts=[],
        chart_data=data(told["charts"]),
        licences="",
        site={"head": head, "scripts": scripts, "styles": [f"{assets}/html.css", f"{assets}/site.css"]},
    )


def content_security_policy(scripts: list[str], styles: list[str], own: str = "") -> str:
    """Nothing from anywhere, no markup made by scripts, and of scripts and styles only these and the `own` files."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join([own] * bool(own) + list(map(_digest, scripts)))}",
            f"style-src {' '.join([own] * bool(own) + list(map(_digest, styles)))}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _digest(text: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@lru_cache(maxsize=16)
def file(name: str) -> str:
    """A file that belongs to the page."""
    return (_HERE / name).read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def template(name: str) -> Template:
    """A template in which everything that is put in becomes inert."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=True)
    environment.undefined = StrictUndefined
    environment.finalize = neutral
    environment.filters.update(code=code, formula=formula, attribute=attribute)
    return environment.from_string(file(name))
