"""The grid: which truths, how many rows, which rules, and the bar that each is held to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import product
from math import log, pi, sqrt
from typing import Any

import numpy as np
from scipy import stats

from gate.judge.evidence import Evidence
from gate.readers.inputs import read_mapping
from gate.stats.unequal import of_sizes
from gate.terms.slice import WHOLE, Slice
from gate.terms.tally import Tally
from quality import rows, truths
from quality.cell import TODAY, Asked, Cell, Draw, Drawn

Array = np.ndarray[Any, Any]
SIZES = (50, 200, 1_000, 5_000)
WILSON, TILTED, EXPRESSION = 7.0, 6.5, 7.0


def measured(tally: Tally) -> Evidence:
    """What judging gets after `gate measure`."""
    found, beside = rows.both(tally)
    return Evidence(found, {} if beside is None else {"baseline": beside}, TODAY)


def counts(n: int, shares: Sequence[float]) -> Drawn:
    """Rows in cells, as often as each draw came."""

    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        found, weights = np.unique(random.multinomial(n, np.array(shares) / sum(shares), draws), axis=0, return_counts=True)
        for row, weight in zip(found.tolist(), weights.tolist(), strict=True):
            yield tuple(row), weight

    return draw


# -- claimed numbers and shares: every k there may be


def shares() -> Iterator[Cell]:
    for n, c in product(SIZES, (0.3, 0.6, 0.8, 0.9, 0.95, 0.99)):
        yield _share(
            n, c, "claimed k, n", lambda draw: Evidence(read_mapping({"accuracy": {"k": draw[0], "n": draw[1]}}), {}, TODAY)
        )
        if c in (0.8, 0.95):
            yield _share(n, c, "measured", _matrix_of_share)


def _matrix_of_share(draw: Any) -> Evidence:
    k, n = draw
    return measured(rows.of_cells({WHOLE: rows.four(k // 2, (n - k) // 2, n - k - (n - k) // 2, k - k // 2)}))


def _share(n: int, c: float, what: str, evidence: Callable[[Any], Evidence]) -> Cell:
    better = min(1 - (1 - c) / 3, c + 2.5 * sqrt(c * (1 - c) / n))
    asked = Asked(
        f"accuracy, {what}",
        f"accuracy >= {c!r}",
        WILSON if n >= 50 else 10.0,
        named="score test of a share (statsmodels)",
        statistic=lambda draw: truths.score(draw[0], draw[1], c),
    )
    return Cell("Shares, every k", f"true value {c:g}", n, (asked,), _every(n, c), evidence, _every(n, better), enumerated=True)


def _every(n: int, share: float) -> Drawn:
    def draw(_: np.random.Generator, __: int) -> Iterator[Draw]:
        for k, chance in enumerate(stats.binom.pmf(range(n + 1), n, share).tolist()):
            if chance > 1e-9:
                yield (k, n), chance

    return draw


# -- one model


FEW = ("accuracy", "recall", "f1", "mcc")  # of rows of which no two draws are alike
TRUTHS = ((0.8, 0.05), (0.6, 0.05), (0.95, 0.2))


def one_model() -> Iterator[Cell]:
    for n, prevalence, many in (
        (50, 0.02, 1), (50, 0.1, 1), (50, 0.5, 2), (200, 0.02, 3), (200, 0.1, 2), (200, 0.5, 1),
        (1000, 0.02, 1), (1000, 0.1, 1), (1000, 0.5, 1), (5000, 0.1, 1),
    ):  # fmt: skip
        for tpr, fpr in TRUTHS[:many]:
            true = truths.four(prevalence, tpr, fpr)
            better = _better(true, n) if (n, prevalence) == (1000, 0.1) else None
            yield Cell(
                "One model",
                f"prevalence {prevalence:g}, TPR {tpr:g}, FPR {fpr:g}",
                n,
                tuple(_single(name, true) for name in (FEW if (n, prevalence) in ((5000, 0.1), (1000, 0.5)) else truths.METRICS)),
                counts(n, true),
                lambda draw: measured(rows.of_cells({WHOLE: rows.four(*draw)})),
                better,
            )


def _better(true: Sequence[float], n: int) -> Drawn:
    """A fifth of the errors of either kind are gone."""
    tp, fp, fn, tn = true
    return counts(n, [tp + 0.2 * fn, 0.8 * fp, 0.8 * fn, tn + 0.2 * fp])


_SAME: dict[str, Callable[[Any], Hashable]] = {
    "accuracy": lambda c: c[0] + c[3],
    "recall": lambda c: (c[0], c[2]),
    "precision": lambda c: (c[0], c[1]),
    "f1": lambda c: (c[0], c[1] + c[2]),
    "0.7 * recall + 0.3 * precision": lambda c: c,
}


def _single(name: str, true: Sequence[float]) -> Asked:
    limit = truths.METRICS[name](true)
    counted: dict[str, Callable[[Any], float]] = {
        "accuracy": lambda c: truths.score(c[0] + c[3], sum(c), limit),
        "recall": lambda c: truths.score(c[0], c[0] + c[2], limit),
        "precision": lambda c: truths.score(c[0], c[0] + c[1], limit),
        "f1": lambda c: truths.score(c[0], c[0] + c[1] + c[2], limit / (2 - limit)),
    }
    bar = WILSON if name in counted else EXPRESSION if " " in name else TILTED
    named = "score test of a share (statsmodels)" if name in counted else "Wald by the delta method"
    return Asked(
        name,
        f"{name} >= {limit!r}",
        bar,
        _SAME.get(name, lambda c: c),
        named=named,
        statistic=counted.get(name) or truths.wald(truths.METRICS[name], limit),
    )


def many_classes() -> Iterator[Cell]:
    for n, classes in ((200, 3), (1000, 3), (1000, 10)):
        labels = [f"c{each:02}" for each in range(classes)]
        share = np.array([0.2, 0.3, 0.5]) if classes == 3 else np.full(classes, 1 / classes)
        right = np.linspace(0.7, 0.9, classes)
        matrix = np.diag(share * right) + (1 - np.eye(classes)) * (share * (1 - right) / (classes - 1))[:, None]
        limit = truths.macro_f1(matrix)
        cells = [(label, guess, None) for label in labels for guess in labels]
        step = np.diag(share * (1 - right) * 0.1)
        better = matrix - (1 - np.eye(classes)) * matrix * 0.1 + step
        asked = Asked(
            f"macro-F1 of {classes} classes",
            f"f1_macro >= {limit!r}",
            TILTED,
            lambda c: c,
            named="Wald by the delta method",
            statistic=truths.wald(lambda c, k=classes: truths.macro_f1(np.array(c).reshape(k, k)), limit)
            if classes == 3
            else None,  # type: ignore[misc]
        )
        yield Cell(
            "One model",
            f"{classes} classes",
            n,
            (asked,),
            counts(n, matrix.ravel().tolist()),
            lambda draw, cells=cells: measured(rows.of_cells({WHOLE: dict(zip(cells, draw, strict=True))}, "multiclass")),  # type: ignore[misc]
            counts(n, better.ravel().tolist()) if (n, classes) == (1000, 3) else None,
            share=1.0 if classes == 3 else 0.3,
        )


# -- two models on the same rows


CHANGES = (*list(truths.METRICS)[:6], "(f1 - baseline(f1)) / baseline(f1)")


def paired() -> Iterator[Cell]:
    """The baseline's rates, the candidate's 0.02 below, and the share of rows in which they differ."""
    for n, prevalence, tpr, tnr, apart in (
        (50, 0.5, 0.9, 0.95, 0.05), (200, 0.02, 0.9, 0.95, 0.05), (200, 0.1, 0.9, 0.95, 0.05), (200, 0.5, 0.7, 0.99, 0.03),
        (1000, 0.02, 0.9, 0.95, 0.05), (1000, 0.1, 0.7, 0.99, 0.03), (1000, 0.5, 0.9, 0.95, 0.05), (5000, 0.1, 0.9, 0.95, 0.05),
    ):  # fmt: skip
        true = _joint(prevalence, tpr, tnr, -0.02, apart)
        better = _joint(prevalence, tpr, tnr, -0.005, apart) if (n, prevalence) == (1000, 0.5) else None
        yield Cell(
            "Two models, same rows",
            f"prevalence {prevalence:g}, baseline TPR {tpr:g}, TNR {tnr:g}, {apart:.0%} differ",
            n,
            tuple(_change(name, true) for name in _changes(n, prevalence)),
            counts(n, true),
            lambda draw: measured(rows.of_cells({WHOLE: dict(zip(rows.PAIRED, draw, strict=True))})),
            None if better is None else counts(n, better),
        )


def _changes(n: int, prevalence: float) -> tuple[str, ...]:
    """All of them where power is measured; elsewhere in turn, as it is draws that are never alike that take the time."""
    accuracy, recall, precision, f1, balanced, mcc, relative = CHANGES
    some = {
        (50, 0.5): (accuracy, recall, precision, mcc),
        (200, 0.1): (accuracy, recall, f1, mcc),
        (200, 0.5): (accuracy, recall, precision, balanced),
        (1000, 0.02): (accuracy, recall, f1, relative),
        (1000, 0.1): (accuracy, precision, mcc, relative),
        (5000, 0.1): (accuracy, f1),
    }
    return some.get((n, prevalence), CHANGES)


def _joint(prevalence: float, tpr: float, tnr: float, change: float, apart: float) -> list[float]:
    """Shares of (label, candidate, baseline), in the order of rows.PAIRED."""
    found: list[float] = []
    for share, right in ((prevalence, tpr), (1 - prevalence, tnr)):
        gained, lost = (apart + change) / 2, (apart - change) / 2
        both, neither = right - lost, 1 - right - gained
        if min(both, neither) < 0:
            gained += neither
            lost = gained - change
            both, neither = right - lost, 0.0
        cells = [both, gained, lost, neither]  # (right, right), (right, wrong), (wrong, right), (wrong, wrong)
        found += [share * each for each in (cells if share is prevalence and not found else cells[::-1])]
    return found


def _now(c: Sequence[float]) -> list[float]:
    """The candidate's tp, fp, fn, tn."""
    return [c[0] + c[1], c[4] + c[5], c[2] + c[3], c[6] + c[7]]


def _before(c: Sequence[float]) -> list[float]:
    return [c[0] + c[2], c[4] + c[6], c[1] + c[3], c[5] + c[7]]


def _change(name: str, true: Sequence[float]) -> Asked:
    relative = " " in name
    metric = truths.METRICS["f1" if relative else name]

    def function(c: Sequence[float]) -> float:
        less = metric(_now(c)) - metric(_before(c))
        return less / metric(_before(c)) if relative else less

    limit = function(true)
    same: dict[str, Callable[[Any], Hashable]] = {
        "accuracy": lambda c: (c[1] + c[6], c[2] + c[5]),
        "recall": lambda c: c[:4],
    }
    bar = 5.7 if name in same else EXPRESSION if relative else TILTED
    return Asked(
        f"{name}, change" if not relative else "relative change of F1",
        f"{name} >= {limit!r}"
        if relative
        else f"{name} >= baseline - {-limit!r}"
        if limit <= 0
        else f"{name} >= baseline + {limit!r}",
        bar,
        same.get(name, lambda c: c),
        named="paired Wald by the delta method",
        statistic=truths.wald(function, limit),
        peers="change",
    )


# -- expressions over slices


def slices() -> Iterator[Cell]:
    """A slice beside the whole, and five slices held against each other."""
    for n, prevalence in ((200, 0.5), (1000, 0.1), (1000, 0.5), (5000, 0.1)):
        inside, outside = truths.four(prevalence, 0.75, 0.05), truths.four(prevalence, 0.85, 0.05)
        true = [0.2 * each for each in inside] + [0.8 * each for each in outside]
        limit = 0.75 - (0.2 * 0.75 + 0.8 * 0.85)
        yield Cell(
            "Slices",
            f"prevalence {prevalence:g}, a slice of 20 %",
            n,
            (
                Asked(
                    "recall[s=a] - recall", f"recall[s=a] - recall >= {limit!r}", EXPRESSION, lambda c: (c[0], c[2], c[4], c[6])
                ),
            ),
            counts(n, true),
            lambda draw: measured(rows.of_cells(_with_whole({"a": draw[:4], "b": draw[4:]}))),
        )
    for each in (200, 2000):
        yield Cell(
            "Slices",
            f"5 slices of {each} rows, FPR .10 … .15",
            5 * each,
            (Asked("max - min of 5 slices", "max(fpr[s=*]) - min(fpr[s=*]) <= 0.05", EXPRESSION, lambda c: tuple(sorted(c))),),
            _five(each),
            lambda draw, n=each: measured(rows.of_cells(_with_whole({f"s{at}": (0, k, 0, n - k) for at, k in enumerate(draw)}))),  # type: ignore[misc]
            share=0.3,
        )


def _five(n: int) -> Drawn:
    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        for row in random.binomial(n, [0.1, 0.1, 0.1, 0.1, 0.15], (draws, 5)).tolist():
            yield tuple(row), 1

    return draw


def _with_whole(parts: dict[str, Sequence[int]]) -> dict[Slice, dict[tuple[str, str, str | None], int]]:
    whole = [sum(each) for each in zip(*parts.values(), strict=True)]
    found = {WHOLE: rows.four(*whole)}
    return found | {Slice.of({"s": name}): rows.four(*(int(n) for n in part)) for name, part in parts.items()}


# -- families


def families() -> Iterator[Cell]:
    """Slices that are all exactly at the limit, and a rule that blocks on evidence: the rate of any false fail."""
    for size, n, c in product((1, 10, 50), (20, 50, 200, 1000), (0.8, 0.95)):
        rule = f"accuracy[s=*] >= {c!r}"
        asked = Asked(f"accuracy of {size} slice{'s' * (size > 1)}", rule, 5.5, lambda k: min(k), undecided="pass")
        # A family fails where its smallest p-value does, and that is its smallest count's: no two draws of one are judged apart.
        yield Cell("Families", f"true value {c:g}, {n} rows a slice", n, (asked,), _family(size, n, c), _family_evidence(n))
    for n in (50, 200):
        true = truths.four(0.3, 0.85, 0.1)
        limit = truths.f1(true)
        asked = Asked("F1 of 10 slices", f"f1[s=*] >= {limit!r}", 5.5, undecided="pass")
        yield Cell(
            "Families", f"prevalence .3, {n} rows a slice", n, (asked,), _matrices(10, n, true), _matrices_evidence, share=0.2
        )
    for n, prevalence, tpr in ((200, 0.12, 0.6), (1000, 0.025, 0.7), (400, 0.1, 0.85)):
        true = truths.four(prevalence, tpr, 0.1)
        limits = {name: truths.METRICS[name](true) for name in ("balanced_accuracy", "mcc")}
        every = tuple(
            Asked(f"{name} of 50 slices", f"{name}[s=*] >= {limit!r}", 5.5, undecided="pass") for name, limit in limits.items()
        )
        setting = f"prevalence {prevalence:g}, {n} rows a slice"
        yield Cell("Families", setting, n, every, _matrices(50, n, true), _matrices_evidence, share=0.2)


def _family(size: int, n: int, c: float) -> Drawn:
    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        for row in random.binomial(n, c, (draws, size)).tolist():
            yield tuple(row), 1

    return draw


def _family_evidence(n: int) -> Callable[[Any], Evidence]:
    def evidence(draw: Any) -> Evidence:
        parts = {f"s{at:02}": (k // 2, 0, n - k, k - k // 2) for at, k in enumerate(draw)}
        return measured(rows.of_cells(_with_whole(parts)))

    return evidence


def _matrices(size: int, n: int, true: Sequence[float]) -> Drawn:
    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        for each in random.multinomial(n, np.array(true) / sum(true), (draws, size)).tolist():
            yield each, 1

    return draw


def _matrices_evidence(draw: Any) -> Evidence:
    return measured(rows.of_cells(_with_whole({f"s{at:02}": part for at, part in enumerate(draw)})))


# -- clusters


# Rows of each: by Zipf's law, where a few users have most of the rows, steeper and less so; one user with many.
SIZES_OF_CLUSTERS: dict[str, tuple[int, ...]] = {
    "20 clusters of 10 rows": (10,) * 20,
    "40 clusters of 100 / sqrt(1), 100 / sqrt(2), … rows": tuple(int(100 / sqrt(1 + at)) for at in range(40)),
    "200 clusters of 300, 150, 100, … rows": tuple(max(1, 300 // (1 + at)) for at in range(200)),
    "31 clusters, one of 50 rows, 30 of 10": (50, *(10,) * 30),
    "21 clusters, one of 200 rows, 20 of 10": (200, *(10,) * 20),
}


def clusters() -> Iterator[Cell]:
    """Rows right more often in some clusters than in others: beta-binomial with a correlation of .1."""
    p, rho, prevalence = 0.9, 0.1, 0.3
    true = [prevalence * p, (1 - prevalence) * (1 - p), prevalence * (1 - p), (1 - prevalence) * p]
    for groups in (5, 6, 10, 20, 100):
        yield Cell(
            "Clusters",
            f"{groups} clusters of 10 rows",
            10 * groups,
            _of_clusters(("accuracy", "recall", "f1", "mcc") if groups <= 10 else ("accuracy", "f1"), true, groups >= 10),
            _clustered((10,) * groups, p, rho, prevalence),
            lambda draw: measured(rows.of_clusters(draw, CLUSTER_CELLS)),
        )
    for setting, sizes in list(SIZES_OF_CLUSTERS.items())[1:]:
        yield Cell(
            "Clusters",
            setting,
            sum(sizes),
            _of_clusters(("accuracy", "recall", "f1"), true, _number(sizes) >= 10),
            _clustered(sizes, p, rho, prevalence),
            lambda draw: measured(rows.of_clusters(draw, CLUSTER_CELLS)),
        )
    yield from _scores_in_clusters(p, rho)


def _scores_in_clusters(p: float, rho: float) -> Iterator[Cell]:
    losses = {"brier": p * 0.04 + (1 - p) * 0.64, "log_loss": -p * log(0.8) - (1 - p) * log(0.2)}
    for setting, sizes in SIZES_OF_CLUSTERS.items():
        bar = 7.5 if _number(sizes) >= 10 else 100.0
        yield Cell(
            "Clusters, scores",
            setting,
            sum(sizes),
            (
                *(Asked(name, f"{name} <= {limit!r}", bar) for name, limit in losses.items()),
                Asked("roc_auc", f"roc_auc >= {p}", bar),
            ),
            _clustered_scores(sizes, p, rho, 0.4),
            lambda draw: measured(rows.of_clustered_scores(*draw)),
            share=0.2,
        )


CLUSTER_CELLS = (("1", "1", None), ("0", "1", None), ("1", "0", None), ("0", "0", None))


def _number(sizes: Sequence[int]) -> float:
    """As how many of one size they count."""
    return of_sizes(len(sizes), *(float(sum(each**power for each in sizes)) for power in (1, 2, 3))).number


def _of_clusters(names: Sequence[str], true: Sequence[float], enough: bool) -> tuple[Asked, ...]:
    return tuple(Asked(name, f"{name} >= {truths.METRICS[name](true)!r}", TILTED if enough else 100.0) for name in names)


def _skills(random: np.random.Generator, groups: int, p: float, rho: float) -> Array:
    """How often each cluster's rows are predicted right."""
    found: Array = random.beta(p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho, groups)
    return found


def _clustered(sizes: Sequence[int], p: float, rho: float, prevalence: float) -> Drawn:
    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        of = np.array(sizes)
        for _ in range(draws):
            right = _skills(random, len(of), p, rho)
            positives = random.binomial(of, prevalence)
            tp, tn = random.binomial(positives, right), random.binomial(of - positives, right)
            yield np.stack([tp, of - positives - tn, positives - tp, tn], 1), 1

    return draw


def _clustered_scores(sizes: Sequence[int], p: float, rho: float, prevalence: float) -> Drawn:
    """Scores of .8 for the label that a row is taken for, and .2 for the other: then the AUC is p, too."""

    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        unit = np.repeat(np.arange(len(sizes)), sizes)
        for _ in range(draws):
            y = (random.random(len(unit)) < prevalence).astype(np.int64)
            right = random.random(len(unit)) < _skills(random, len(sizes), p, rho)[unit]
            yield (y, np.where(right == (y == 1), 0.8, 0.2), unit), 1

    return draw


# -- scores


def scores() -> Iterator[Cell]:
    for n, prevalence, d in (
        (50, 0.5, 1.8), (200, 0.1, 1.2), (200, 0.5, 1.8), (1000, 0.02, 1.8), (1000, 0.1, 1.8), (1000, 0.5, 1.2),
    ):  # fmt: skip
        limits = {
            "roc_auc": truths.auc(d),
            "average_precision": truths.average_precision(prevalence, d),
            "log_loss": truths.mean_loss("log_loss", prevalence, d),
            "brier": truths.mean_loss("brier", prevalence, d),
        }
        bars = {"roc_auc": 6.0, "average_precision": 7.5, "log_loss": 6.5, "brier": 6.5}
        statistics: dict[str, Callable[[Any], float]] = {
            "roc_auc": lambda draw, c=limits["roc_auc"]: truths.delong(draw[0], draw[1], c),  # type: ignore[misc]
            "log_loss": lambda draw, c=limits["log_loss"]: truths.student(rows.log_loss(*draw), c),  # type: ignore[misc]
            "brier": lambda draw, c=limits["brier"]: truths.student((draw[1] - draw[0]) ** 2, c),  # type: ignore[misc]
        }
        named = {"roc_auc": "DeLong's z (statsmodels)", "log_loss": "t (SciPy)", "brier": "t (SciPy)"}
        powered = (n, prevalence) == (1000, 0.1)
        asked = tuple(
            Asked(
                name,
                f"{name} {'<=' if name in ('log_loss', 'brier') else '>='} {limit!r}",
                bars[name],
                named=named.get(name, ""),
                statistic=statistics.get(name),
            )
            for name, limit in limits.items()
        )
        yield Cell(
            "Scores",
            f"prevalence {prevalence:g}, AUC {truths.auc(d):.2f}",
            n,
            asked,
            _scored(n, prevalence, d),
            lambda draw: measured(rows.of_scores(*draw)),
            _scored(n, prevalence, d + 0.35) if powered else None,
        )


def _scored(n: int, prevalence: float, d: float) -> Drawn:
    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        for _ in range(draws):
            y = (random.random(n) < prevalence).astype(np.int64)
            if 0 < y.sum() < n:
                yield (y, truths.probability(random.normal(size=n) + d * y, prevalence, d)), 1

    return draw


def paired_scores() -> Iterator[Cell]:
    for n, prevalence in ((200, 0.1), (1000, 0.1), (1000, 0.5)):
        new, old = 1.5, 1.7
        limit = truths.auc(old) - truths.auc(new)
        losses = {
            name: truths.mean_loss(name, prevalence, new) - truths.mean_loss(name, prevalence, old)
            for name in ("log_loss", "brier")
        }
        asked = [
            Asked(
                "AUC, change",
                f"roc_auc >= baseline - {limit!r}",
                8.0,
                named="paired DeLong's z",
                statistic=lambda draw, c=limit: truths.paired_delong(*draw, -c),  # type: ignore[misc]
                peers="change",
            )
        ]
        for name, change in losses.items():
            statistic = _loss_change(name, change)
            asked.append(
                Asked(
                    f"{name}, change",
                    f"{name} <= baseline + {change!r}",
                    8.0 if n >= 1000 else 100.0,
                    named="paired t (SciPy)",
                    statistic=statistic,
                    peers="change",
                )
            )
        powered = (n, prevalence) == (1000, 0.5)
        yield Cell(
            "Scores of two models",
            f"prevalence {prevalence:g}, AUC {truths.auc(new):.3f} and {truths.auc(old):.3f}",
            n,
            tuple(asked),
            _two_scores(n, prevalence, new, old),
            lambda draw: measured(rows.of_scores(*draw)),
            _two_scores(n, prevalence, old, old) if powered else None,
        )


def _loss_change(name: str, limit: float) -> Callable[[Any], float]:
    def statistic(draw: Any) -> float:
        y, p, q = draw
        losses = [rows.log_loss(y, each) if name == "log_loss" else (each - y) ** 2 for each in (p, q)]
        return truths.student(losses[0] - losses[1], limit)

    return statistic


def _two_scores(n: int, prevalence: float, new: float, old: float, rho: float = 0.9) -> Drawn:
    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        for _ in range(draws):
            y = (random.random(n) < prevalence).astype(np.int64)
            if 0 < y.sum() < n:
                one, two = random.normal(size=(2, n))
                other = rho * one + sqrt(1 - rho * rho) * two
                yield (
                    (y, truths.probability(one + new * y, prevalence, new), truths.probability(other + old * y, prevalence, old)),
                    1,
                )

    return draw


# -- errors and quantiles


def numbers() -> Iterator[Cell]:
    shapes: dict[str, tuple[Callable[[np.random.Generator, int], Array], float]] = {
        "normal": (lambda random, n: random.normal(size=n), 1.0),
        "t with 5 degrees": (lambda random, n: random.standard_t(5, n), sqrt(5 / 3)),
        "5 % with 4 times the spread": (
            lambda random, n: random.normal(size=n) * np.where(random.random(n) < 0.05, 4, 1),
            sqrt(1.75),
        ),
    }
    for n, (name, (shape, root)) in product(SIZES[:3], shapes.items()):
        bar = 8.0 if n >= 1000 or (n == 200 and name == "normal") else 100.0
        why = "" if bar < 100 else "heavy tails: a sample that holds no outlier cannot show one"
        yield Cell(
            "Numbers",
            f"errors {name}",
            n,
            (Asked("rmse", f"rmse <= {root!r}", bar, exception=why),),
            _errors(n, shape),
            lambda draw: measured(rows.of_errors(draw[0], draw[1])),
        )
    for n in SIZES:
        limit = float(np.exp(3 + stats.norm.ppf(0.95)))
        yield Cell(
            "Numbers",
            "log-normal latencies",
            n,
            (Asked("p95", f"x.p95 <= {limit!r}", 5.3),),
            _latencies(n),
            lambda draw: measured(rows.of_numbers(draw)),
        )
    for n, (name, change, mae, rmse) in product(
        (200, 1000),
        (
            ("noise on every row", _noisy, sqrt(2 / pi) * (sqrt(1.09) - 1), sqrt(1.09) - 1),
            ("3 % of rows differ", _few, sqrt(2 / pi) * 0.03, sqrt(0.97 + 0.03 * 4) - 1),
        ),
    ):
        why = "" if n >= 1000 else "few rows differ" if change is _few else ""
        bar = 8.0 if n >= 1000 else 100.0
        yield Cell(
            "Numbers",
            f"two models, {name}",
            n,
            (
                Asked("mae, change", f"mae <= baseline + {mae!r}", bar, peers="change", exception=why),
                Asked("rmse, change", f"rmse <= baseline + {rmse!r}", bar, peers="change", exception=why),
            ),
            _error_pairs(n, change),
            lambda draw: measured(rows.of_errors(*draw)),
        )


def _noisy(random: np.random.Generator, error: Array) -> Array:
    found: Array = error + random.normal(0, 0.3, len(error))
    return found


def _few(random: np.random.Generator, error: Array) -> Array:
    return np.where(random.random(len(error)) < 0.03, random.normal(0, 2, len(error)), error)


def _errors(n: int, shape: Callable[[np.random.Generator, int], Array]) -> Drawn:
    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        for _ in range(draws):
            y = random.normal(size=n)
            yield (y, y + shape(random, n)), 1

    return draw


def _error_pairs(n: int, change: Callable[[np.random.Generator, Array], Array]) -> Drawn:
    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        for _ in range(draws):
            y, error = random.normal(size=(2, n))
            yield (y, y + change(random, error), y + error), 1

    return draw


def _latencies(n: int) -> Drawn:
    def draw(random: np.random.Generator, draws: int) -> Iterator[Draw]:
        for _ in range(draws):
            yield random.lognormal(3, 1, n), 1

    return draw


# -- claimed numbers without k


def claimed() -> Iterator[Cell]:
    for n, prevalence, d in ((200, 0.1, 1.8), (1000, 0.1, 1.8)):
        limit, mean = truths.auc(d), truths.mean_loss("brier", prevalence, d)
        asked = (
            Asked("AUC, claimed value, n_pos, n_neg", f"roc_auc >= {limit!r}", 6.0),
            Asked("Brier, claimed value, n", f"brier <= {mean!r}", 6.5),
        )
        yield Cell("Claimed", f"prevalence {prevalence:g}, AUC {limit:.2f}", n, asked, _scored(n, prevalence, d), _claim)


def _claim(draw: Any) -> Evidence:
    y, p = draw
    found = {item.metric: item for item in rows.both(rows.of_scores(y, p))[0]}
    area, brier = found["roc_auc"].value, found["brier"].value
    told = {
        "roc_auc": {"value": area, "n_pos": int(y.sum()), "n_neg": int(len(y) - y.sum())},
        "brier": {"value": brier, "n": len(y)},
    }
    return Evidence(read_mapping(told), {}, TODAY)


PARTS: dict[str, Callable[[], Iterable[Cell]]] = {
    "shares": shares,
    "one-model": one_model,
    "classes": many_classes,
    "paired": paired,
    "slices": slices,
    "families": families,
    "clusters": clusters,
    "scores": scores,
    "paired-scores": paired_scores,
    "numbers": numbers,
    "claimed": claimed,
}
