"""A program for a Python that has Spark: what is measured of tables and frames beside others.

python spark_inspected.py NOW.parquet BEFORE.parquet FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession  # type: ignore[import-not-found]

from gate.measure.drift import elsewhere
from gate.measure.source import of_frame, open_rows
from tests.measure.inspected_elsewhere import found, told


def main(now: str, before: str, folder: str) -> None:
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
    session.read.parquet(now).createOrReplaceTempView("now")
    session.read.parquet(before).createOrReplaceTempView("before")
    out = Path(folder)

    def write(name: str, here: object, there: object) -> None:
        (out / f"{name}.json").write_text(json.dumps(told(found(here, there, "spark"))), encoding="utf-8")  # type: ignore[arg-type]

    write("tables", open_rows("spark:now"), open_rows("spark:before"))
    write("frames", of_frame(session.read.parquet(now)), of_frame(session.read.parquet(before), "reference"))
    write("mixed", open_rows("spark:now"), open_rows(before))
    elsewhere.MOST_FETCHED = 260
    write("sampled", open_rows("spark:now"), open_rows("spark:before"))
    left = [each.name for each in session.catalog.listTables() if each.name.startswith("gate_")]
    (out / "left.json").write_text(json.dumps(left), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
