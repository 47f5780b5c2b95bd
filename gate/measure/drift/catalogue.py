"""What drift measures, for pages and reports."""

from __future__ import annotations

from gate.measure.metrics.metric import DOWN, UP, Described


def _told(name: str, means: str, low: float | None = 0, high: float | None = None, signed: bool = False) -> Described:
    better = None if signed else UP if name == "p" or name.endswith("_p") else DOWN
    return Described(f"drift.{name}", better, low, high, needs=("reference",), labelled=False, means=means)


METRICS = (
    _told("psi", "population stability index, less what chance gives; of numbers over ten bins of equal mass"),
    _told("psi_p", "p-value: how often chance alone moves that much between the same bins", 0, 1),
    _told("p", "psi_p adjusted for the number of columns (Holm): below 1 % in one of a hundred files without drift", 0, 1),
    _told("js", "Jensen-Shannon distance, base 2, over the bins of psi", 0, 1),
    _told("unseen_rate", "share of values that the reference never had: new categories, or numbers beyond its range", 0, 1),
    _told("missing_rate_change", "share of missing values, less that of the reference", -1, 1, signed=True),
    _told("missing_p", "p-value: how often chance alone changes the missing rate that much", 0, 1),
    _told("ks", "Kolmogorov-Smirnov: largest difference of the distribution functions", 0, 1),
    _told("ks_p", "its p-value", 0, 1),
    _told("wasserstein", "how far values move on average, in standard deviations of the reference"),
    _told("mean_shift", "change of the mean, in standard deviations of the reference", None, signed=True),
    _told("p05_shift", "change of the 5 % quantile, in standard deviations of the reference", None, signed=True),
    _told("median_shift", "change of the median, in standard deviations of the reference", None, signed=True),
    _told("p95_shift", "change of the 95 % quantile, in standard deviations of the reference", None, signed=True),
    _told("chi2", "chi-square statistic over categories, rare ones together"),
    _told("chi2_p", "its p-value", 0, 1),
    _told("cramers_v", "Cramér's V: strength of the change, whatever the number of rows", 0, 1),
    _told("linf", "largest change of one category's share", 0, 1),
    _told("new_categories", "categories that the reference does not have"),
    _told("vanished_categories", "categories that only the reference has"),
    _told("vanished_rate", "share of the reference's rows whose category is gone", 0, 1),
    _told("sample_share", "share of a table's rows that numbers were compared on, where not all are fetched", 0, 1, signed=True),
    _told("domain_auc", "ROC AUC of a classifier that tells the rows from the reference's, cross-fitted: 0.5 is no drift", 0, 1),
)
"""Each is measured per column (`drift.psi[feature=amount]`) but the last two."""

BY_NAME = {each.name: each for each in METRICS}
