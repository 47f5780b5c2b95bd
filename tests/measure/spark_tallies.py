"""A program for a Python that has Spark: counts rows as asked, each a tally file, all in one session.

python spark_tallies.py ROWS.parquet ASKED.json FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession  # type: ignore[import-not-found]

from gate.errors import GateError
from gate.measure.definition import from_mapping
from gate.measure.engines.engine import Effort
from gate.measure.measuring import Measuring, tally_of
from gate.measure.source import Source, of_frame, open_rows
from gate.measure.tally_file import write

EFFORT = Effort(portable=True, identify=True)


def main(rows: str, asked: str, folder: str) -> None:
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    out = Path(folder)
    for name, definition in json.loads(Path(asked).read_text(encoding="utf-8")).items():
        one(out, name, open_rows(rows), definition)
    frame = session.read.parquet(rows)
    plain = {"label": "y", "score": "p"}
    one(out, "frame", of_frame(frame), plain)
    frame.repartition(7).write.mode("overwrite").partitionBy("device").parquet(f"{folder}/parts")
    one(out, "folder", open_rows(f"{folder}/parts"), plain | {"slices": ["device"]})
    one(out, "address", open_rows(f"spark:file://{folder}/parts"), plain | {"slices": ["device"]})
    frame.createOrReplaceTempView("seen_here")
    one(out, "table", open_rows("spark:seen_here"), plain)
    session.conf.set("spark.sql.parser.escapedStringLiterals", "true")
    session.conf.set("spark.sql.ansi.enabled", "false")
    one(out, "settings", open_rows(rows), {"label": "word", "score": "p", "positive": definition_of(asked, "text")})
    refused(out, session, folder)
    left = [each.name for each in session.catalog.listTables() if each.name.startswith("gate_")]
    alive = session.range(3).count() == 3
    (out / "after.json").write_text(json.dumps({"left": left, "alive": alive}), encoding="utf-8")


def definition_of(asked: str, name: str) -> str:
    return str(json.loads(Path(asked).read_text(encoding="utf-8"))[name]["positive"])


def one(out: Path, name: str, source: Source, definition: dict[str, Any]) -> None:
    """Count once; an error is written as its text."""
    try:
        tally = tally_of(source, Measuring(definition=from_mapping(definition), engine="spark", effort=EFFORT))
        (out / f"{name}.tally.json").write_text(write(tally), encoding="utf-8")
    except GateError as error:
        (out / f"{name}.error").write_text(f"{error.problems[0].slug}: {error}", encoding="utf-8")


def refused(out: Path, session: Any, folder: str) -> None:
    """What cannot be counted."""
    plain = {"label": "y", "score": "p"}
    one(out, "no-table", open_rows("spark:nowhere.rows"), plain)
    one(out, "no-path", open_rows(f"spark:file://{folder}/nothing.parquet"), plain)
    one(out, "no-column", of_frame(session.range(3)), plain)
    cut = out / "cut.parquet"
    cut.write_bytes(b"PAR1 and then nothing")
    one(out, "cut", open_rows(str(cut)), plain)
    ragged = out / "ragged.csv"
    ragged.write_text("y,p\n1,0.9\n0,0.2,secret-7\n", encoding="utf-8")
    one(out, "ragged", open_rows(str(ragged)), plain)
    odd = out / "p*.csv"
    odd.write_text("y,p\n1,0.9\n0,0.2\n", encoding="utf-8")
    one(out, "pattern", Source(str(odd), "csv", (str(odd),)), plain)
    one(out, "memory", of_frame({"y": [1]}), plain)


if __name__ == "__main__":
    main(*sys.argv[1:])
