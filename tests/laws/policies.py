"""Random policies, small changes to them, and random evidence to judge both on; seeded, and quick to make."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

from gate.judge.evidence import Evidence
from gate.readers.inputs import read_mapping
from gate.terms.measurements import Measurements

TODAY = "2026-06-15"
DAYS = ("2026-06-14", "2026-06-16", "2026-06-20")
LATER = ("2026-06-15", "2026-06-18", "2026-06-30")  # when the model is judged: never before the policies are compared
METRICS = ("a", "b", "share", "accuracy", "typo")
COLUMN, REGIONS = "r", ("eu", "us", "jp")
NUMBERS = ("0", "0.25", "0.5", "0.5", "0.75", "1", "2", "50%", "90%")
FUNCTIONS = ("min", "max", "mean", "median", "sum", "count", "sd")

Document = dict[str, Any]
Comparison = list[str]  # left, sign, right


# -- rules


def side(random: Random) -> str:
    kind = random.random()
    if kind < 0.5:
        return random.choice(METRICS)
    if kind < 0.65:
        return f"s[{COLUMN}=*]"
    if kind < 0.7:
        return f"s[{COLUMN}=eu]"
    if kind < 0.85:
        return f"{random.choice(FUNCTIONS)}(s[{COLUMN}=*])"
    if kind < 0.93:
        return f"{random.choice(('min', 'max', 'mean'))}({random.choice(METRICS)}, {random.choice(METRICS)})"
    return f"{random.choice(METRICS)} {random.choice('+-*/')} {random.choice(METRICS)}"


def limit(random: Random, left: str) -> str:
    kind = random.random()
    if kind < 0.7 or "(" in left or " " in left:
        return random.choice(NUMBERS)
    name = random.choice(("baseline", "baseline", "pinned"))
    return random.choice((name, f"{name} - {random.choice(NUMBERS[:6])}", f"{name} * 0.5", f"{name} * 0.75"))


def comparison(random: Random) -> Comparison:
    left = "ok" if random.random() < 0.05 else side(random)
    if left == "ok":
        return [left, "==", random.choice(("true", "false"))]
    return [left, random.choice((">=", ">=", ">", "<=", "<", "==")), limit(random, left)]


def rule(random: Random, number: int) -> Document:
    made: Document = {
        "parts": [comparison(random) for _ in range(random.choice((1, 1, 1, 2, 2, 3)))],
        "word": random.choice(("and", "or")),
    }
    if random.random() < 0.5:
        made["id"] = f"r{number}"
    for key in KEYS:
        if random.random() < 0.25:
            made[key] = value(random, key)
    return made


KEYS = ("level", "undecided", "missing", "waivable", "blocks_from", "min_n", "confidence")


def value(random: Random, key: str) -> Any:
    return random.choice(
        {
            "level": ("block", "block", "warn", "info"),
            "undecided": ("block", "warn", "pass"),
            "missing": ("block", "warn"),
            "waivable": (True, False),
            "blocks_from": DAYS,
            "min_n": (5, 10, 20),
            "confidence": ("none", "none", "95%"),
        }[key]
    )


def policy(random: Random) -> Document:
    rules = [rule(random, number) for number in range(random.choice((1, 1, 2, 3)))]
    made: Document = {"rules": rules, "waivers": [], "metrics": {}}
    for each in made["rules"]:
        if random.random() < 0.3:
            made["waivers"].append(waiver(random, each))
    if random.random() < 0.3:
        made["slices"] = random.sample(REGIONS, random.choice((1, 2)))
    if random.random() < 0.4:
        made["metrics"][random.choice(METRICS[:4])] = fact(random)
    made["advisory"] = random.random() < 0.1
    made["evidence"] = "claimed"
    return made


def waiver(random: Random, of: Document) -> Document:
    made: Document = {"of": of["parts"], "until": random.choice(DAYS), "why": "w", "by": "b"}
    if random.random() < 0.3:
        made["slice"] = {COLUMN: random.choice(REGIONS)}
    if random.random() < 0.5:
        count = random.choice((1, 1, 2))
        parts = [[random.choice(METRICS[:3]), random.choice((">=", "<=")), random.choice(NUMBERS)] for _ in range(count)]
        made["floor"] = {"parts": parts, "word": random.choice(("and", "or"))}
    return made


def fact(random: Random) -> Document:
    made: Document = {}
    if random.random() < 0.8:
        made["range"] = random.choice(([0, 1], [0, None], [0, 100], [None, 1], [0.25, 1]))
    if random.random() < 0.2:
        made["from"] = random.choice(("a", "b", "c"))
    if random.random() < 0.2:
        made["unit"] = "%"
    return made


# -- changes


def changed(random: Random, old: Document) -> Document:
    """The policy with a few things in it changed, most of them small."""
    new = deepcopy(old)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        random.choice(CHANGES)(random, new)
    if random.random() < 0.1:
        random.shuffle(new["rules"])
    return new


def change_check(random: Random, of: Document) -> None:
    if of["rules"]:
        change_parts(random, random.choice(of["rules"]))


def change_parts(random: Random, of: Document) -> None:
    parts, kind = of["parts"], random.random()
    place = random.randrange(len(parts))
    if kind < 0.55:
        left, sign, right = parts[place]
        number = right.rpartition(" ")[2]
        if number.rstrip("%").replace(".", "").isdigit():
            parts[place] = [left, sign, right[: len(right) - len(number)] + random.choice(NUMBERS)]
        elif number in ("baseline", "pinned") and random.random() < 0.5:
            parts[place] = [left, sign, f"{number} + {random.choice(NUMBERS[:6])}"]
    elif kind < 0.65:
        turned = {">=": ">", ">": ">=", "<=": "<", "<": "<="}
        parts[place][1] = turned.get(parts[place][1], parts[place][1])
    elif kind < 0.8:
        parts.append(comparison(random))
    elif kind < 0.95 and len(parts) > 1:
        del parts[place]
    else:
        of["word"] = "and" if of["word"] == "or" else "or"


def change_key(random: Random, of: Document) -> None:
    if of["rules"]:
        one, key = random.choice(of["rules"]), random.choice((*KEYS, "id"))
        if key == "id":
            one["id"] = f"r{random.randrange(9)}"
        elif key in one and random.random() < 0.5:
            del one[key]
        else:
            one[key] = value(random, key)


def change_rules(random: Random, of: Document) -> None:
    if random.random() < 0.4 and len(of["rules"]) > 1:
        gone = of["rules"].pop(random.randrange(len(of["rules"])))
        of["waivers"] = [each for each in of["waivers"] if each["of"] is not gone["parts"]]
    else:
        of["rules"].append(rule(random, random.randrange(9)))


def change_waivers(random: Random, of: Document) -> None:
    kind = random.random()
    if of["waivers"] and kind < 0.3:
        of["waivers"].pop(random.randrange(len(of["waivers"])))
    elif of["waivers"] and kind < 0.8:
        one = random.choice(of["waivers"])
        if "floor" in one and random.random() < 0.6:
            change_parts(random, one["floor"])
        elif random.random() < 0.5:
            one["until"] = random.choice(DAYS)
        else:
            one["slice"] = {COLUMN: random.choice(REGIONS)}
    elif of["rules"]:
        of["waivers"].append(waiver(random, random.choice(of["rules"])))


def change_rest(random: Random, of: Document) -> None:
    key = random.choice(("slices", "slices", "metrics", "metrics", "advisory", "evidence"))
    if key == "slices":
        of["slices"] = random.sample(REGIONS, random.choice((0, 1, 2, 3)))
    elif key == "metrics":
        name = random.choice([*of["metrics"], *METRICS[:4]])
        of["metrics"][name] = fact(random)
    elif key == "advisory":
        of["advisory"] = not of["advisory"]
    else:
        of["evidence"] = "measured" if of["evidence"] == "claimed" else "claimed"


CHANGES = (change_check, change_check, change_check, change_key, change_key, change_rules, change_waivers, change_rest)

# -- as text


def text(of: Document) -> str:
    """The policy as a file; JSON is YAML."""
    rules = [{"check": check(each), **{key: each[key] for key in ("id", *KEYS) if key in each}} for each in of["rules"]]
    names = {id(each["parts"]): each.get("id") or check(each) for each in of["rules"]}
    waivers = []
    for each in of["waivers"]:
        told = {key: each[key] for key in ("until", "why", "by", "slice") if key in each}
        if "floor" in each:
            told["floor"] = check(each["floor"])
        waivers.append({"rule": names[id(each["of"])], **told})
    made: Document = {"gate": 1, "rules": rules, "waivers": waivers, "metrics": of["metrics"]}
    made["advisory"], made["evidence"] = of["advisory"], of["evidence"]
    made["baselines"] = {"pinned": "./pinned.json"}
    if of.get("slices"):
        made["slices"] = {COLUMN: of["slices"]}
    return json.dumps(made)


def check(of: Document) -> str:
    return f" {of['word']} ".join(" ".join(part) for part in of["parts"])


# -- evidence


def evidence(random: Random) -> Evidence:
    baselines = {name: table(random) for name in ("baseline", "pinned") if random.random() < 0.7}
    first = "the first" if random.random() < 0.2 else ""
    return Evidence(table(random), baselines, random.choice(LATER), first)


def table(random: Random) -> Measurements:
    many = random.choice((1, 1, 1, 100))
    found: Document = {name: cell(random, many) for name in ("a", "b", "share", "accuracy") if random.random() < 0.85}
    if random.random() < 0.2:
        found["typo"] = cell(random, many)
    if random.random() < 0.8:
        found["ok"] = random.random() < 0.5
    regions = [region for region in REGIONS if random.random() < 0.65]
    found["slices"] = [{"slice": {COLUMN: region}, "metrics": {"s": cell(random, many)}} for region in regions]
    return read_mapping(found)


def cell(random: Random, many: int) -> Any:
    if random.random() < 0.08:
        return random.choice((None, True))
    number = random.choice((0, 0.25, 0.3, 0.5, 0.6, 0.75, 0.9, 1, 1, 2, -1)) * many
    return {"value": number, "n": random.choice((3, 7, 15, 500))} if random.random() < 0.7 else number
