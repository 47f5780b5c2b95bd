"""Trains a model that finds malignant tumours and writes its metrics for the gate.

    python train.py                                          the model to deploy: metrics.json
    python train.py --goal accuracy -o metrics-failing.json  the same model, its threshold chosen for accuracy
    python train.py --features 6 -o production.json          a simpler model: what runs in production today

Needs scikit-learn, which ships the data (569 tumours, 212 of them malignant); nothing is downloaded.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

WANTED_RECALL = 0.98  # on the training data, by cross-validation; some of it is lost on new data
RADIUS = ("small", "medium", "large")  # thirds of the training data by mean radius


def main() -> None:
    options = arguments()
    data = load_breast_cancer()
    features, malignant = data.data[:, : options.features], data.target == 0
    train_x, test_x, train_y, test_y = train_test_split(features, malignant, test_size=0.5, stratify=malignant, random_state=0)

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    unseen = cross_val_predict(model, train_x, train_y, cv=StratifiedKFold(10), method="predict_proba")[:, 1]
    threshold = choose_threshold(unseen, train_y, options.goal)
    model.fit(train_x, train_y)

    scores = model.predict_proba(test_x)[:, 1]
    metrics = measure(test_y, scores >= threshold)
    metrics["roc_auc"] = {
        "value": float(roc_auc_score(test_y, scores)),
        "n_pos": int(test_y.sum()),
        "n_neg": int((~test_y).sum()),
    }
    metrics["log_loss"] = float(log_loss(test_y, scores))
    metrics["no_information_rate"] = float(max(test_y.mean(), 1 - test_y.mean()))
    metrics["train"] = {"accuracy": share(train_y == (model.predict_proba(train_x)[:, 1] >= threshold))}
    metrics["threshold"] = float(threshold)
    metrics["slices"] = slices(test_y, scores >= threshold, thirds(train_x[:, 0], test_x[:, 0]))

    with open(options.output, "w", encoding="utf-8") as file:
        json.dump(metrics, file, indent=2)
        file.write("\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train a model that finds malignant tumours and write its metrics.")
    parser.add_argument("--goal", choices=("recall", "accuracy"), default="recall", help="what the threshold is chosen for")
    parser.add_argument("--features", type=int, default=10, help="use the first N of the data set's 30 features")
    parser.add_argument("-o", "--output", default="metrics.json", help="where the metrics go")
    return parser.parse_args()


def choose_threshold(scores: np.ndarray, truth: np.ndarray, goal: str) -> float:
    """The highest threshold that finds enough malignant tumours, or the one with the fewest mistakes of both kinds."""
    candidates = np.arange(1, 100) / 100
    if goal == "recall":
        return float(max(each for each in candidates if (scores[truth] >= each).mean() >= WANTED_RECALL))
    return float(max(candidates, key=lambda each: ((scores >= each) == truth).mean()))


def measure(truth: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    """Metrics with their evidence: n is what a share is a share of."""
    return {
        "accuracy": share(predicted == truth),
        "recall": share(predicted[truth]),
        "precision": share(truth[predicted]),
        "f1": float(f1_score(truth, predicted)),
    }


def share(hits: np.ndarray) -> dict[str, float]:
    return {"value": float(hits.mean()), "k": int(hits.sum()), "n": len(hits)}


def thirds(train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """0, 1 or 2 for each test row: in which third of the training data it would be."""
    return np.digitize(test, np.quantile(train, [1 / 3, 2 / 3]))


def slices(truth: np.ndarray, predicted: np.ndarray, third: np.ndarray) -> list[dict[str, Any]]:
    """Accuracy and recall on each third."""
    found = []
    for number, name in enumerate(RADIUS):
        rows = third == number
        metrics = {"accuracy": share(predicted[rows] == truth[rows]), "recall": share(predicted[rows & truth])}
        found.append({"slice": {"radius": name}, "metrics": metrics})
    return found


if __name__ == "__main__":
    main()
