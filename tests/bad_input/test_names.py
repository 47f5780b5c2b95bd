"""Names that want to be Markdown, HTML, a mention, a terminal or a workflow command: shown, never obeyed.

Each name goes through every place that shows one: the metric of a rule that fails, one that is unknown, one that no
rule reads, a slice, a reason, a policy's name, a why, an owner; and through text, Markdown, JSON and annotations.
"""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from gate.reports.plain import plain
from tests.bad_input.screen import CONTROL, one_screen

NAMES = {
    "bar": "a | b",
    "backtick": "a`b",
    "backticks": "```\ntext",
    "script": "<script>alert(1)</script>",
    "details": "</details></summary></sub>",
    "image": "![x](https://example.com/x.png)",
    "link": "[x](javascript:alert(1))",
    "comment": "<!-- x -->",
    "mention": "@team",
    "issue": "#1",
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "emoji": ":rocket:",
    "formula": "$x^2$",
    "url": "https://example.com/x?a=b&c=d",
    "newline": "a\nb",
    "carriage return": "a\rb",
    "workflow command": "::error::x",
    "indented command": "  ::error::x",
    "command behind a line": "a\n::error::x",
    "old command": "##[error]x",
    "azure command": "##vso[task.complete result=Succeeded;]DONE",
    "escaped newline": "%0A::error::x",
    "stop": "::stop-commands::token",
    "set-output": "::set-output name=code::0",
    "ansi": "\x1b[2J\x1b[31mred\x1b[0m",
    "ansi of one byte": "\x9b31m",
    "osc 8": "\x1b]8;;https://example.com\x07click\x1b]8;;\x07",
    "title": "\x1b]0;title\x07",
    "backspace": "fail\x08\x08\x08\x08pass",
    "bell": "\x07",
    "null": "a\x00b",
    "delete": "a\x7fb",
    "bidi": "\u202egnihtemos\u202c",
    "bidi isolate": "\u2066x\u2069",
    "arabic mark": "\u061cx",
    "zero width": "a\u200bb\u200d\ufeffc",
    "line separator": "a\u2028b\u2029c",
    "soft hyphen": "a\u00adb",
    "tag letters": "a\U000e0041b",
    "combining": "a" + "\u0301" * 60,
    "heading": "# DEPLOY: 5 rules hold",
    "verdict": "DEPLOY: 5 rules hold      exit 0",
    "table": "a |\n|---|\n| b",
    "quotes": "\"'\\",
    "percent": "100%",
    "template": "{{ 7 * 7 }}{% raw %}",
    "format": "{0}{findings}%s",
    "shell": "$(touch pwned)`touch pwned`;touch pwned",
    "path": "../../etc/passwd",
    "long": "x" * 990,
    "long words": "word " * 190,
    "mermaid": "```mermaid\ngraph TD\n```",
}


def scalar(text: str) -> str:
    """The text in YAML's double quotes: like JSON, but letters beyond the first plane are one escape."""
    return "".join(f"\\U{ord(letter):08x}" if ord(letter) > 0xFFFF else json.dumps(letter)[1:-1] for letter in text).join('""')


def in_rule(name: str) -> str:
    """The name in the quotes of the rule language."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def policy(name: str) -> str:
    """A policy that has the name wherever a policy can have one."""
    text, short = scalar(name), scalar(name[:200])
    return (
        f"gate: 1\nname: {short}\nslices: {{region: [{text}]}}\nrules:\n"
        f"  - {{check: {scalar(in_rule(name) + ' >= 1')}, why: {text}, owner: {short}}}\n"
        f"  - {scalar(in_rule(name + '.unknown') + ' >= 1')}\n"
        f"  - {{id: {scalar('id ' + name)}, check: 'recall[region=*] >= 1'}}\n"
        f"  - {scalar(f'recall[region={in_rule(name)}] >= 1')}\n"
        f"  - {{check: accuracy > 0.5, level: warn}}\n"
        f"waivers: [{{rule: {scalar('id ' + name)}, until: 2026-12-01, why: {text}, by: {short}}}]\n"
    )


@pytest.fixture(params=NAMES.values(), ids=NAMES)
def told(request: pytest.FixtureRequest, desk, monkeypatch: pytest.MonkeyPatch):
    """The name, what the run said, and the reports, of a run in GitHub Actions."""
    name: str = request.param
    if "\r" in name or "\x00" in name:
        desk.rules("accuracy > 0.95", "recall[region=*] >= 1")
    else:
        desk.write("gate.yaml", policy(name))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    unused = {f"{name} unused": 1, f"{name} list": [1], f"{name} text": name, f"{name} null": None}
    metrics = {name: 0.5, "accuracy": 0.9, **unused, "slices": [{"slice": {"region": name}, "metrics": {"recall": 0.5}}]}
    run = desk.check(metrics, "--all", "-o", "r.md", "-o", "r.json", "-o", "r.txt")
    assert run.code == 1, run.said
    files = {key: (desk.folder / file).read_text() for key, file in (("md", "r.md"), ("json", "r.json"), ("txt", "r.txt"))}
    return name, run, {**files, "summary": (desk.folder / "summary.md").read_text()}


def test_nothing_that_controls_a_screen_is_printed(told) -> None:
    _, run, files = told
    for text in (run.out, run.err, *files.values()):
        assert not CONTROL.search(text.replace("\n", "")), CONTROL.findall(text)
        assert "\U000e0041" not in text
        assert "\u00ad" not in text


def test_only_gates_own_lines_are_workflow_commands(told) -> None:
    _, run, files = told
    commands = [line for line in run.out.splitlines() if line.lstrip().startswith("::")]
    assert commands
    assert all(re.match(r"::(error|warning|notice) (file=gate\.yaml,line=\d+,col=\d+,)?title=", line) for line in commands)
    for line in commands:
        _, properties, message = line.split("::", 2)
        assert "\n" not in message
        assert properties.count("title=") >= 1
    for text in (run.err, *files.values()):
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    for text in (run.out, run.err, files["txt"]):
        assert "##[" not in text
        assert "##vso[" not in text


def test_the_verdict_is_gates_own(told) -> None:
    _, run, files = told
    for text in (run.out, files["txt"]):
        last = text.splitlines()[-1]
        assert last.startswith("DO NOT DEPLOY: ")
        assert last.endswith("exit 1")
        assert not any(line.startswith("DEPLOY") for line in text.splitlines())
    assert files["md"].startswith("## ⛔ Do not deploy ")
    assert sum(line.startswith("#") for line in files["md"].splitlines()) == 1


def test_the_json_has_the_names_as_they_are(told) -> None:
    name, _, files = told
    decision = json.loads(files["json"])
    names = [each["metric"] for each in decision["candidate"]["measurements"]]
    assert name in names or name.replace("\u0301", "") != name
    assert decision["verdict"] == "fail"
    assert files["json"].isprintable() or all(line.isprintable() for line in files["json"].splitlines())


def test_lines_stay_within_the_screen(told) -> None:
    _, run, files = told
    for text in (run.out, files["txt"]):
        lines = [line for line in text.splitlines() if not line.startswith("::")]
        assert max(map(len, lines)) <= 400
    assert not run.err or one_screen(run.err) is None


def test_markdown_shows_the_text_and_makes_nothing_of_it(told) -> None:
    """Rendered by GitHub's own parser: no element that gate's template does not write itself."""
    cmarkgfm = pytest.importorskip("cmarkgfm")
    from cmarkgfm.cmark import Options

    name, _, files = told
    html = cmarkgfm.github_flavored_markdown_to_html(files["md"], options=Options.CMARK_OPT_UNSAFE)
    tags = set(re.findall(r"</?([a-zA-Z][a-zA-Z0-9-]*)", html))
    assert tags <= {
        "h2",
        "p",
        "strong",
        "em",
        "code",
        "pre",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "sub",
        "ul",
        "li",
        "details",
        "summary",
    }
    assert html.count("<details>") == html.count("</details>") == files["md"].count("<details>")
    assert "<a " not in html
    assert "<img" not in html
    assert "<script" not in html
    rows = [row.count("<td") + row.count("<th") for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL)]
    assert set(rows) <= {5, 6}
    cells = [
        " ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html, re.DOTALL)
    ]
    whole = f"recall[region={name}]" if "\r" in name or "\x00" in name else in_rule(name)
    assert len(name) > 60 or any(" ".join(plain(whole).split()) in cell for cell in cells)
    text = re.sub(r"<(code|pre)\b.*?</\1>", "", html, flags=re.DOTALL)
    for outside in ("@team", "https://", ":rocket:", "$x"):
        assert outside not in text


@pytest.mark.usefixtures("told")
def test_nothing_was_run(desk) -> None:
    assert not (desk.folder / "pwned").exists()
    assert sorted(path.name for path in desk.folder.iterdir()) == [
        "gate.yaml",
        "metrics.json",
        "r.json",
        "r.md",
        "r.txt",
        "summary.md",
    ]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_errors_that_quote_a_name(desk, name: str) -> None:
    """Twice the same name, in a file that says so."""
    desk.rules("accuracy > 0.5")
    key = json.dumps(name)
    for metrics in (f"{{{key}: 1, {key}: 2}}", f'{{{key}: {{"value": 1, "n": -1}}}}', f'{{"slices": [{{"slice": {key}}}]}}'):
        run = desk.check(metrics)
        assert run.code == 2
        one_screen(run.err)


VISIBLE = {key: name for key, name in NAMES.items() if key != "null"}


@pytest.mark.parametrize("name", VISIBLE.values(), ids=VISIBLE)
def test_a_policy_that_is_refused_quotes_a_name(desk, name: str) -> None:
    text, short = scalar(name), scalar(name[:200])
    rules = "rules: [a > 1]\n"
    for policy in (
        f"{text}: 1\n{rules}",
        f"name: [{text}]\n{rules}",
        f"rules: [{{check: a > 1, level: {text}}}]\n",
        f"rules: [{text}]\n",
        f"extends: [{text}]\n{rules}",
        f"rules: [{{id: {short}, check: a > 1}}, {{id: {short}, check: b > 1}}]\n",
        f"{rules}waivers: [{{rule: {text}, until: 2026-12-01, why: x, by: y}}]\n",
        f"{rules}waivers: {{by: [{short}], entries: [{{rule: a > 1, until: 2026-12-01, why: x, by: z}}]}}\n",
    ):
        desk.write("gate.yaml", f"gate: 1\n{policy}")
        run = desk.check({"a": 2})
        assert run.code == 2, policy
        one_screen(run.err)
