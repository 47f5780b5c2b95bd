"""The marker by which a comment is found again."""

from __future__ import annotations

import re

from gate.hosts.host import is_marked, marked, marker


def test_a_marker_is_an_html_comment_on_one_line() -> None:
    hostile = marker([("--> <b>\n../gate.yaml", "x --> @everyone")], "label -->")
    assert re.fullmatch(r"<!-- gate:report:v1 id=[0-9a-f]{16} -->", hostile)


def test_it_depends_on_the_policies_and_not_on_their_order() -> None:
    one, other = ("gate.yaml", "fraud"), ("churn/gate.yaml", "churn")
    assert marker([one, other]) == marker([other, one]) == marker([one, other, one])
    assert len({marker([one]), marker([other]), marker([one, other]), marker([]), marker([one], "blue")}) == 5
    assert marker([("a", "b c")]) != marker([("a b", "c")])


def test_what_is_marked_is_found() -> None:
    mark = marker([])
    assert is_marked(marked(mark, "text"), mark)
    assert is_marked(f"{mark}\r\ntext", mark)
    assert not is_marked(f" {mark}\ntext", mark)
    assert not is_marked(None, mark)
