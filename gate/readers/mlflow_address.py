"""How a run on an MLflow server is named: by its id, by a version of a registered model, by the URL of its page or of the API."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote

from gate.errors import InputError, Problem
from gate.readers.source import public
from gate.record import dataclass
from gate.web.errors import visible

_ID = re.compile(r"[A-Za-z0-9][\w-]{0,255}", re.ASCII)
_LONGEST = 256  # characters of a model's name or an alias, as MLflow's own store has them
_RUN_PAGE = re.compile(r"/experiments/[\w-]+/runs/([\w-]+)(?:[/?].*)?", re.ASCII)
_VERSION_PAGE = re.compile(r"/models/([^/?]+)/versions/(\d{1,9})(?:[/?].*)?", re.ASCII)
_API = re.compile(r"(.*)/(?:ajax-)?api/\d\.\d/mlflow/runs/get/?", re.ASCII)
_FORMS = """\
mlflow:runs:/RUN_ID, mlflow:models:/NAME@ALIAS or mlflow:models:/NAME/VERSION (server: MLFLOW_TRACKING_URI),
or the address of the run's page: https://mlflow.example.com/#/experiments/1/runs/RUN_ID
metrics that lie elsewhere: fetch them first, and name the file"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A run, or the registered model's version whose run is meant; `base` is the server, empty for that of the environment."""

    base: str = ""
    run: str = ""
    model: str = ""
    version: str = ""
    alias: str = ""

    @property
    def label(self) -> str:
        """What a person calls it."""
        if self.model:
            return f"{self.model}@{self.alias}" if self.alias else f"{self.model}/{self.version}"
        return self.run


def parse(text: str) -> Address:
    """What the text names. Raises InputError where it is none of the forms."""
    if text.startswith("mlflow:"):
        return _uri(text.removeprefix("mlflow:"), text)
    page, has_fragment, fragment = text.partition("#")
    path, _, query = page.partition("?")
    if has_fragment:
        return _page(re.sub(r"/(?:index\.html)?$", "", path), fragment, text)
    api = _API.fullmatch(path)
    told = parse_qs(query)
    ids = told.get("run_id", []) + told.get("run_uuid", [])
    if api and len(ids) == 1 and _ID.fullmatch(ids[0]):
        return Address(base=api[1], run=ids[0])
    raise _none(text, "is not the address of an MLflow run")


def _uri(uri: str, text: str) -> Address:
    """`runs:/ID`, `models:/NAME@ALIAS`, `models:/NAME/VERSION`, as MLflow writes them."""
    kind, _, rest = uri.partition(":/")
    if kind == "runs":
        if not _ID.fullmatch(rest):
            raise _none(text, "names no run")
        return Address(run=rest)
    name, slash, version = rest.partition("/")
    if kind != "models" or not name or len(rest) > 2 * _LONGEST:
        raise _none(text, "names no run and no version of a model")
    if slash:
        if not (version.isascii() and version.isdigit() and len(version) <= 9):
            raise _none(text, "names no version: the newest one, or that of a stage, is another model tomorrow")
        return Address(model=name, version=version)
    model, at, alias = name.rpartition("@")
    if not (at and model and alias):
        raise _none(text, "names no version and no alias of the model")
    return Address(model=model, alias=alias)


def _page(base: str, fragment: str, text: str) -> Address:
    run, version = _RUN_PAGE.fullmatch(fragment), _VERSION_PAGE.fullmatch(fragment)
    if run:
        return Address(base=base, run=run[1])
    if version:
        return Address(base=base, model=unquote(version[1]), version=version[2])
    raise _none(text, "is not the address of an MLflow run")


def _none(text: str, what: str) -> InputError:
    """The error for a text that is none of the forms."""
    return InputError(Problem("mlflow-address", f"`{visible(public(text), 120)}` {what}", remedy=_FORMS))
