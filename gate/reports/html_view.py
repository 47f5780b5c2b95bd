"""What stands in the HTML report: the decision sorted into its sections, in the order of reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from gate.reports import acts, headline
from gate.reports.explanation import Remark, unsaid
from gate.reports.html_charts import Chart, margins, slices
from gate.reports.html_neutral import block, code, formula, say
from gate.reports.html_provenance import changes, lost_cases, run, sources
from gate.reports.html_rows import Table, kind_of, remark, row, sign_of, table
from gate.reports.matrix import matrix
from gate.reports.outline import (
    ORDER,
    SHOWN,
    Outline,
    Standing,
    counted,
    distance,
    label,
    outline,
    standing_of,
    verb,
)
from gate.terms.decision import Decision, Finding, Verdict

MOST_OF_A_RULE = 10  # slices of one rule with one standing in a table of all rules; the rule's own table has them all
MOST_CLASSES = 20  # of a confusion matrix
MOST_EXPLAINED = 30  # the others are folded
MOST_OPEN = 3  # rules whose slices are unfolded at first, of those that do not hold

VOICE = headline.Voice(code, formula, say)
_SIGN = {Verdict.PASS: "✓", Verdict.WARN: "!", Verdict.UNDECIDED: "?", Verdict.FAIL: "✗", Verdict.ERROR: "✗"}
_OF_A_HOLDING_ONE = ("note", "remedy")

Standings = Sequence[tuple[Standing, Finding]]
Rule = tuple[str, str]  # policy and id


class Paragraph(NamedTuple):
    """What is to say about a finding; `place` is where in the page."""

    place: str
    head: Markup
    lines: list[Markup]


class SliceRule(NamedTuple):
    """A rule on all its slices, the worst first."""

    place: str
    kind: str
    sign: str
    head: Markup
    told: Markup
    table: Table
    chart: Chart | None
    open: bool


class Fold(NamedTuple):
    """A table behind its title."""

    kind: str
    sign: str
    title: str
    table: Table


class _Sections:
    """The sections, to be made one after the other: what one has said, the next ones leave out."""

    def __init__(self, decision: Decision) -> None:
        self.of: Outline = outline(decision)
        self.by_rule = _with_slices(decision.findings)
        self.places = {rule: f"slices-{at}" for at, rule in enumerate(self.by_rule)}
        self.said: set[tuple[str, str]] = set()
        self.about: dict[int, str] = {}  # where in the page a finding is explained, by the finding's identity

    def main(self) -> tuple[Table | None, list[Paragraph]]:
        """What does not hold, and what is to say about it."""
        shown, rest = self._curtailed(list(self.of.shown()))
        paragraphs = [each for here, finding in shown if (each := self._paragraph(here, finding))]
        rows = [row(here, finding, about=self.about.get(id(finding), "")) for here, finding in shown]
        legend = headline.legend(finding for _, finding in shown)
        return table("What does not hold, worst first", rows, rest=rest, legend=legend) if rows else None, paragraphs

    def folds(self) -> list[Fold]:
        """What holds, or is let pass."""
        folds = []
        for here in (Standing.LET_PASS, Standing.HOLDS):
            shown, rest = self._curtailed([(here, finding) for finding in self.of.findings[here]])
            if shown:
                title = counted(self.of, here)
                rows = [row(here, finding, below=self._below(here, finding)) for _, finding in shown]
                legend = headline.legend(finding for _, finding in shown)
                folds.append(Fold(kind_of(here), sign_of(here), title, table(title, rows, rest=rest, legend=legend)))
        return folds

    def slice_rules(self) -> list[SliceRule]:
        """Each rule that was judged on slices, those that do not hold first."""
        told = [self._slice_rule(rule, findings) for rule, findings in self.by_rule.items()]
        told.sort(key=lambda each: ORDER.index(each[0]))
        return [each._replace(open=at < MOST_OPEN and here in SHOWN) for at, (here, each) in enumerate(told)]

    def _slice_rule(self, rule: Rule, findings: list[Finding]) -> tuple[Standing, SliceRule]:
        ranked = sorted(((standing_of(each), each) for each in findings), key=_worst_first)
        here, worst = ranked[0]
        counts = {each: sum(standing is each for standing, _ in ranked) for each in ORDER}
        stand = ", ".join(f"{count} {_counted(each, count)}" for each, count in counts.items() if count)
        far = distance(worst)
        told = say("{}; the worst is {}{}", stand, str(worst.slice) or "everything", f", {far}" if far else "")
        rows = [
            row(standing, each, name=code(str(each.slice)) if each.slice else Markup("everything"),
                about=self.about.get(id(each), ""), below=self._below(standing, each))
            for standing, each in ranked
        ]  # fmt: skip
        shown = table(f"Slices of {worst.expression}", rows, head="Slice", legend=headline.legend(findings))
        place = self.places[rule]
        chart = slices(f"chart-{place}", ranked)
        return here, SliceRule(place, kind_of(here), sign_of(here), formula(worst.expression), told, shown, chart, False)

    def _paragraph(self, here: Standing, finding: Finding) -> Paragraph | None:
        """For the many slices of one rule, each thing is said once."""
        lines = [remark(each) for each in unsaid(finding, self.said) if each.kind not in ("baseline", "name")]
        owner = finding.owner if not finding.why and (finding.rule, finding.owner) not in self.said else ""
        self.said.add((finding.rule, finding.owner))
        if not lines and not owner:
            return None
        place = self.about[id(finding)] = f"about-{len(self.about)}"
        who, warns = say(" ({})", code(owner)) if owner else "", ", as a warning" if here is Standing.WARNS else ""
        head = say("{} {}{}{}", formula(label(finding)), verb(finding.outcome, finding.value), warns, who)
        return Paragraph(place, head, lines)

    def _below(self, here: Standing, finding: Finding) -> list[Remark]:
        """What is to say in the finding's own row, as there is no paragraph about it."""
        if here is Standing.HOLDS:
            return [each for each in unsaid(finding, self.said) if each.kind in _OF_A_HOLDING_ONE] if finding.notes else []
        if id(finding) in self.about:
            return []
        return [each for each in unsaid(finding, self.said) if each.kind not in ("baseline", "name", "when")]

    def _curtailed(self, findings: Standings) -> tuple[Standings, list[Markup]]:
        """Of each rule on slices the worst of each standing, in the order that they had; and where the others are."""
        groups: dict[tuple[Standing, Rule], list[Finding]] = {}
        for here, finding in findings:
            groups.setdefault((here, (finding.policy, finding.rule)), []).append(finding)
        gone: set[int] = set()
        rest = []
        for (_, rule), group in groups.items():
            if rule in self.places and len(group) > MOST_OF_A_RULE:
                gone |= {id(each) for each in sorted(group, key=_margin)[MOST_OF_A_RULE:]}
                link = Markup('<a href="#{}">{} more slices</a>').format(self.places[rule], len(group) - MOST_OF_A_RULE)
                rest.append(say("{} {} on {}", formula(group[0].expression), verb(group[0].outcome, group[0].value), link))
        return [(here, finding) for here, finding in findings if id(finding) not in gone], rest


def view(decision: Decision) -> dict[str, Any]:
    """Everything that the template puts in."""
    page = _Sections(decision)
    main, paragraphs = page.main()
    folds, rules = page.folds(), page.slice_rules()
    chart = margins(decision.findings)
    return {
        "decision": decision,
        "sign": _SIGN[decision.verdict],
        "headline": headline.headline(decision, page.of, VOICE),
        "counts": headline.counts(page.of),
        "origin": headline.origin(decision, VOICE),
        "since": headline.since(decision, VOICE),
        "follows": acts.lines(decision),
        "messages": [block(message.split("\n")) for message in decision.messages],
        "main": main,
        "paragraphs": paragraphs,
        "explained_at_once": MOST_EXPLAINED,
        "folds": folds,
        "slice_rules": rules,
        "margins": chart,
        "charts": {each.name: each.data for each in (chart, *(rule.chart for rule in rules)) if each},
        "waivers": [(formula(label(each)), each.waiver) for each in page.of.findings[Standing.WAIVED]],
        "matrix": matrix(decision, MOST_CLASSES),
        "lost": lost_cases(decision),
        "changes": changes(decision.proposed),
        "sources": sources(decision),
        "run": run(decision),
        "evidence": _evidence(decision.findings),
    }


def _with_slices(findings: Iterable[Finding]) -> dict[Rule, list[Finding]]:
    """The findings of each rule that was judged on more than one slice."""
    found: dict[Rule, list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.policy, finding.rule), []).append(finding)
    return {rule: group for rule, group in found.items() if len({each.slice for each in group}) > 1}


def _counted(here: Standing, count: int) -> str:
    """The standing as a verb that agrees with its number."""
    return here.value.removesuffix("s") if count > 1 and here in (Standing.FAILS, Standing.WARNS, Standing.HOLDS) else here.value


def _worst_first(of: tuple[Standing, Finding]) -> tuple[int, float]:
    return ORDER.index(of[0]), _margin(of[1])


def _margin(finding: Finding) -> float:
    """To sort by: what has no margin comes before what has one."""
    margin = finding.margin
    return float("-inf") if margin is None or margin != margin else margin


def _evidence(findings: Sequence[Finding]) -> str:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.evidence] = counts.get(finding.evidence, 0) + 1
    kinds = sorted(counts)
    return kinds[0] if len(kinds) == 1 else ", ".join(f"{counts[kind]} {kind}" for kind in kinds)
