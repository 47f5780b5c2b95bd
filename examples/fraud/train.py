"""Makes card payments, trains two models that find fraud among them, and writes their predictions for the gate.

    python train.py          predictions.parquet, reference.parquet

The payments are made up, by the rules below, from one seed. The model in production was trained on the spring with few
features; the candidate on the summer with more. Both are scored on the same payments of October. In the summer's data the
labels of Latin America came late: most of its frauds were not known yet when the candidate was trained, so that it learnt
to let them pass. That is the mistake that the gate is to find.

Needs scikit-learn, pandas and pyarrow; nothing is downloaded.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

REGIONS = {"eu": 0.45, "us": 0.30, "apac": 0.15, "latam": 0.10}
DEVICES = {"phone": 0.6, "web": 0.3, "pos": 0.1}
OLD = ["amount", "hour", "distance_km", "attempts"]
NEW = [*OLD, "account_age_days", "is_foreign"]
KNOWN_LATE = 0.85  # of Latin America's frauds, the part that was not yet known when the candidate was trained


def main() -> None:
    random = np.random.default_rng(20261101)
    spring, summer = payments(random, 60_000, "2026-04-01"), payments(random, 60_000, "2026-07-01")
    october = payments(random, 20_000, "2026-10-01", inflation=1.06)

    late = (summer.region == "latam") & (random.random(len(summer)) < KNOWN_LATE)
    known = summer.assign(is_fraud=summer.is_fraud & ~late)

    production = model().fit(spring[OLD], spring.is_fraud)
    candidate = model().fit(with_region(known), known.is_fraud)
    october["p_old"] = rounded(production.predict_proba(october[OLD])[:, 1])
    october["p_new"] = rounded(candidate.predict_proba(with_region(october))[:, 1])
    october["latency_ms"] = np.round(random.gamma(6, 7, len(october)), 1).astype(np.float32)

    october.to_parquet("predictions.parquet", index=False, compression="zstd")
    summer.drop(columns=["is_fraud"]).sample(10_000, random_state=0).to_parquet(
        "reference.parquet", index=False, compression="zstd"
    )


def payments(random: np.random.Generator, count: int, first_day: str, inflation: float = 1.0) -> pd.DataFrame:
    """Payments of four weeks; two or three in a hundred are frauds."""
    region = random.choice(list(REGIONS), count, p=list(REGIONS.values()))
    frame = pd.DataFrame({
        "txn_id": [f"{first_day[5:7]}-{number:06d}" for number in range(count)],
        "paid_at": pd.Timestamp(first_day) + pd.to_timedelta(np.sort(random.integers(0, 28 * 86_400, count)), unit="s"),
        "region": region,
        "device": random.choice(list(DEVICES), count, p=list(DEVICES.values())),
        "amount": np.round(random.lognormal(3.6, 1.1, count) * inflation, 2).astype(np.float32),
        "hour": random.integers(0, 24, count).astype(np.int8),
        "distance_km": np.round(random.exponential(40, count), 1).astype(np.float32),
        "account_age_days": random.integers(0, 3_000, count).astype(np.int16),
        "attempts": random.poisson(0.3, count).astype(np.int8),
        "is_foreign": random.random(count) < 0.08,
    })  # fmt: skip
    risk = (
        -7.6
        + 0.7 * np.log1p(frame.amount)
        + 1.1 * ((frame.hour < 6) | (frame.hour > 22))
        + 0.012 * frame.distance_km.clip(upper=200)
        + 1.2 * frame.attempts.clip(upper=3)
        + 1.3 * frame.is_foreign
        - 0.0006 * frame.account_age_days
        + 0.5 * (frame.region == "latam")
    )
    frame["is_fraud"] = random.random(count) < 1 / (1 + np.exp(-5 * (risk + 1.45)))
    return frame


def with_region(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[NEW].assign(**{name: frame.region == name for name in REGIONS})


def model() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(max_iter=80, learning_rate=0.1, random_state=0)


def rounded(scores: np.ndarray) -> np.ndarray:
    return np.round(scores, 6)


if __name__ == "__main__":
    main()
