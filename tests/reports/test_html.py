from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from runpy import run_path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.reports import html, markdown
from gate.reports.html_rows import ROWS_IN_SIGHT
from gate.reports.html_view import MOST_EXPLAINED, MOST_OF_A_RULE
from gate.reports.outline import label
from gate.terms.decision import Decision, Finding, Level, Outcome, PolicyIdentity, Reason, Verdict

HERE = Path(__file__).parent
WebPage = run_path(str(HERE / "web_page.py"))["WebPage"]
Markdown = run_path(str(HERE / "page.py"))["Page"]
decisions = run_path(str(HERE.parent / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
EVERY = {**GOLDEN, "extreme": decisions["EXTREME"], "nothing": Decision(Verdict.FAIL)}
finding, decision = decisions["finding"], decisions["decision"]
REGION = decisions["region"]


def squeezed(text: str) -> str:
    return " ".join(text.split())


PIECES = st.sampled_from(
    [*"ab1 `|\\<>&;-!/'\"=\n\r\t\0\u2028\u202e\u200b]", "</script>", "<!--", "-->", "]]>", "&lt;", "</title>", "</style>"]
)


def failing(count: int, **rest: object) -> list[Finding]:
    """One rule that fails on so many slices, the last one worst."""
    return [
        finding(
            "recall[region=*] >= 0.8", Outcome.FAIL, slice=REGION(f"r{at:04}"), value=0.7 - at / 1e5, threshold=0.8, line=3,
            reasons=(Reason("below", f"reason {at}"),), **rest,
        )
        for at in range(count)
    ]  # fmt: skip


# -- what stands in it


@pytest.mark.parametrize("name", EVERY)
def test_a_page_holds_only_what_a_report_may_hold(name: str) -> None:
    page = WebPage(html.render(EVERY[name]))
    page.assert_inert()
    assert page.elements.count("h1") == page.elements.count("main") == page.elements.count("title") == 1


@pytest.mark.parametrize("name", EVERY)
def test_the_headline_is_that_of_the_comment(name: str) -> None:
    if name == "extreme":  # Markdown cannot show every name as it is
        pytest.skip("Markdown shows some of these names in other characters")
    comment = Markdown(markdown.render(EVERY[name])).text
    said = squeezed(re.sub(r"^\S+ ", "", next(line for line in comment.splitlines() if line.strip())))
    assert squeezed(WebPage(html.render(EVERY[name])).headline)[2:] == said


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"extreme", "hostile", "long"}))
def test_a_row_says_what_the_row_of_the_comment_says(name: str) -> None:
    """Value, threshold, margin and change of each finding; the order is that of the comment."""
    theirs = [squeezed(" ".join(cells[2:])) for cells in _rows(Markdown(markdown.render(EVERY[name])))]
    page = WebPage(html.render(EVERY[name]))
    ours = [squeezed(" ".join(row[2:])) for row in page.rows if len(row) in (5, 6) and row[0][:1] in "✗?!·✓"]
    plain = [re.sub(r"[ \u00a0]", "", each) for each in ours]
    assert [re.sub(r"[ \u00a0]", "", each) for each in theirs] == plain[: len(theirs)]


def _rows(page: object) -> list[list[str]]:
    rows, texts = [], iter(page.cell_texts)  # type: ignore[attr-defined]
    for count in page.cells:  # type: ignore[attr-defined]
        row = [next(texts) for _ in range(count)]
        if row[0] in ("⛔", "❔", "⚠️", "▫️", "✅"):
            rows.append(row)
    return rows


@pytest.mark.parametrize("name", sorted(set(GOLDEN) - {"hostile"}))
def test_every_finding_is_there(name: str) -> None:
    page = WebPage(html.render(GOLDEN[name]))
    cells = {row[1] for row in page.rows if len(row) > 1}
    for each in GOLDEN[name].findings:
        shown = label(each).replace(">=", "≥").replace("<=", "≤")
        assert any(cell.startswith((shown, str(each.slice) or shown)) for cell in cells), shown


@pytest.mark.parametrize("name", EVERY)
def test_every_link_leads_somewhere_and_every_place_is_there_once(name: str) -> None:
    page = WebPage(html.render(EVERY[name]))
    places = page.values("id")
    assert len(places) == len(set(places))
    assert {address[1:] for address in page.values("href") if address.startswith("#")} <= set(places)
    assert set(page.values("aria-labelledby")) | set(page.values("for")) <= set(places)


def test_it_says_what_a_change_would_loosen_and_which_cases_were_lost() -> None:
    page = WebPage(html.render(decisions["EXTREME"]))
    assert "This change loosens the gate (not used)" in page.text
    assert "held on the baseline and fail now" in page.text
    assert "policy read at" in page.text


def test_only_addresses_of_the_web_are_links() -> None:
    for address in ("javascript:alert(1)", "data:text/html,x", " https://x.example", "https://x.example/\u202e", "//x.example"):
        page = WebPage(html.render(replace(GOLDEN["failing"], run_url=address)))
        page.assert_inert()
        assert all(each.startswith("#") for each in page.values("href"))
    page = WebPage(html.render(replace(GOLDEN["failing"], run_url='https://ci.example/1?a="><b>')))
    assert 'https://ci.example/1?a="><b>' in page.values("href")


def test_what_went_in_is_told_in_full() -> None:
    text = WebPage(html.render(GOLDEN["failing"])).text
    assert decisions["METRICS_SHA"] in text
    assert decisions["POLICY_SHA"] in text
    assert GOLDEN["failing"].commit in text


# -- many findings


def test_of_a_rule_on_many_slices_the_worst_are_shown_and_its_own_table_has_them_all() -> None:
    page = WebPage(html.render(decision(Verdict.FAIL, failing(40))))
    main = [row[1] for row in page.rows if row[1].startswith("recall[region=")]
    assert len(main) == MOST_OF_A_RULE
    assert all(f"r{at:04}" in " ".join(main) for at in range(30, 40))
    own = [row[1] for row in page.rows if row[1].startswith("region=")]
    assert [each[:12] for each in own] == [f"region=r{at:04}" for at in reversed(range(40))]
    assert "recall[region=*] ≥ 0.8 fails on 30 more slices" in page.text
    assert all(f"reason {at}" in page.text for at in range(40))


def test_a_long_table_goes_on_in_folds() -> None:
    page = WebPage(html.render(decision(Verdict.FAIL, failing(1234))))
    own = [row[1] for row in page.rows if row[1].startswith("region=")]
    assert len(own) == len(set(own)) == 1234
    assert f"Rows {ROWS_IN_SIGHT + 1} to {ROWS_IN_SIGHT + 500}" in page.text
    assert "Rows 1101 to 1234" in page.text


def test_explanations_beyond_the_first_are_folded() -> None:
    many = [finding(f"m{at} >= 0.8", Outcome.FAIL, value=0.7, threshold=0.8, owner=f"@o{at}") for at in range(MOST_EXPLAINED + 5)]
    page = WebPage(html.render(decision(Verdict.FAIL, many)))
    assert page.elements.count("article") == MOST_EXPLAINED + 5
    assert "5 more explanations" in page.text


def test_a_chart_shows_the_worst_slices_and_says_how_many_more_there_are() -> None:
    page = WebPage(html.render(decision(Verdict.FAIL, failing(40))))
    (data,) = page.data
    rows = json.loads(data)["chart-slices-0"]["rows"]
    assert [row[0] for row in rows] == [f"region=r{at:04}" for at in reversed(range(10, 40))]
    assert "40 slices (the 30 worst are drawn)" in page.text


def test_slices_that_cannot_be_held_side_by_side_are_not_drawn() -> None:
    either = [
        replace(each, parts=(each.parts or ()) + (decisions["Part"]("a", 1.0, ">=", 1.0, 0.0, Outcome.PASS),) * 2)
        for each in failing(5)
    ]
    assert "chart-slices-0" not in html.render(decision(Verdict.FAIL, either))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e308, -1e308, 0.0, True, None])
@pytest.mark.parametrize("threshold", [0.0, float("nan"), float("-inf"), 1e-320, True, None])
def test_no_number_breaks_a_chart(value: float | None, threshold: float | None) -> None:
    odd = [
        Finding(
            f"m{at} >= 1", "p", f"m{at} >= 1", Outcome.FAIL, Verdict.FAIL, Level.BLOCK, slice=REGION(str(at)), value=value,
            operator=">=", threshold=threshold, margin=value, baseline="b", baseline_value=threshold,
        )
        for at in range(2)
    ]  # fmt: skip
    page = WebPage(html.render(decision(Verdict.FAIL, [*odd, *failing(3)])))
    page.assert_inert()
    assert all("NaN" not in data and "Infinity" not in data for data in page.data)


# -- names from outside


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=20).map("".join))
def test_no_name_breaks_out(name: str) -> None:
    base = decisions["hostile"](name, 0)
    told = Decision(
        Verdict.FAIL,
        (
            base,
            replace(base, effect=Verdict.WARN),
            decisions["hostile"](name, 3),
            *(replace(each, rule=name) for each in failing(3)),
        ),
        policies=(PolicyIdentity(name, name, name, 1),),
        notes=(Reason("x", name, name),),
        unused=(name, name),
        messages=(name,),
        commit=name,
        judged_at=name,
        gate_version=name,
        run_url=name,
    )
    page = WebPage(html.render(told))
    page.assert_inert()
    assert page.elements.count("h1") == 1
    assert page.elements.count("script") == 5
    assert page.elements.count("section") == 8


def test_the_data_of_charts_ends_no_script() -> None:
    name = "</script><script>alert(1)</script><!-- \u2028\u2029 ]]> &lt; \ud800"
    told = [replace(each, slice=REGION(f"{name}{at}")) for at, each in enumerate(failing(3))]
    (data,) = WebPage(html.render(decision(Verdict.FAIL, told))).data
    assert not set("<>&") & set(data)
    assert data.isascii()
    assert json.loads(data)["chart-slices-0"]["rows"][0][0].startswith("region=</script><script>alert(1)</script><!-- \\u2028")


# -- what may run


@pytest.mark.parametrize("name", EVERY)
def test_only_the_scripts_and_styles_of_the_page_may_run(name: str) -> None:
    page = WebPage(html.render(EVERY[name]))
    (policy,) = [value for value in page.values("content") if "default-src" in value]
    allowed = dict(each.split(" ", 1) for each in policy.split("; "))
    assert allowed["default-src"] == allowed["base-uri"] == allowed["form-action"] == "'none'"
    assert set(allowed) == {
        "default-src", "script-src", "style-src", "base-uri", "form-action", "require-trusted-types-for", "trusted-types",
    }  # fmt: skip
    assert allowed["script-src"].split() == [digest(each) for each in page.scripts]
    assert set(map(digest, page.styles)) <= set(allowed["style-src"].split())
    assert len(allowed["style-src"].split()) == len(page.styles) + bool(page.data)
    assert "unsafe" not in policy
    before = page.source[: page.source.index("Content-Security-Policy")]
    assert "<script" not in before
    assert "<style" not in before


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def test_the_chart_library_is_there_only_where_something_is_drawn() -> None:
    assert "Observable Plot" in html.render(GOLDEN["failing"])
    bare = html.render(GOLDEN["error"])
    assert "Observable" not in bare
    assert len(bare) < 40_000


def test_a_small_page_is_small_and_the_same_every_time() -> None:
    page = html.render(GOLDEN["passing"])
    assert len(page.encode()) < 700_000
    assert page == html.render(GOLDEN["passing"])
    assert page.endswith("</html>\n")
    page.encode("utf-8")


# -- colours

TEXT = ("text", "quiet", "link", "fails", "doubt", "warns", "holds")
GROUND = ("page", "row", "code", "fails-wash", "doubt-wash", "warns-wash", "holds-wash")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_every_ground(scheme: str) -> None:
    css = (Path(html.__file__).with_name("html.css")).read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    )
    colours = light if scheme == "light" else dark
    for text in TEXT:
        for ground in GROUND:
            if ground.endswith("-wash") and text not in ("text", ground.removesuffix("-wash")):
                continue
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
