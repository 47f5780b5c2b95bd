"""What can go wrong between gate and a server, each with what to do about it."""

from __future__ import annotations

from gate.errors import GateError, Problem

MOST_SAID = 200  # characters of a server's own words


class WebError(GateError):
    """A request got no usable answer.

    `status` is that of the answer, 0 where there was none. `sent` is false where nothing of the request can have
    reached the server, `passing` true where the same request may work later, after `wait` seconds if the server
    named a time.
    """

    def __init__(
        self, problem: Problem, *, status: int = 0, sent: bool = True, passing: bool = False, wait: float | None = None
    ) -> None:
        super().__init__(problem)
        self.status = status
        self.sent = sent
        self.passing = passing
        self.wait = wait

    @property
    def slug(self) -> str:
        return self.problems[0].slug


def bad_address(message: str, remedy: str = "") -> WebError:
    """The URL is none, or one that gate does not speak to."""
    return WebError(Problem("web-address", message, remedy=remedy), sent=False)


def unreachable(what: str, reason: str, *, sent: bool, passing: bool = True) -> WebError:
    return WebError(
        Problem(
            "web-unreachable",
            f"{what}: {reason}",
            remedy="check the address, and that this machine may reach it (proxy: HTTPS_PROXY, NO_PROXY)",
        ),
        sent=sent,
        passing=passing,
    )


def too_slow(what: str, seconds: float, *, sent: bool) -> WebError:
    return WebError(
        Problem("web-timeout", f"{what}: no whole answer within {seconds:g} seconds", remedy="run the job again later"),
        sent=sent,
        passing=True,
    )


def redirected(what: str, reason: str) -> WebError:
    return WebError(
        Problem("web-redirect", f"{what}: {reason}", remedy="name the address that answers by itself, without a redirect")
    )


def too_large(what: str, limit: str) -> WebError:
    return WebError(Problem("web-too-large", f"{what}: the answer is larger than {limit}"))


def unreadable(what: str, reason: str, *, passing: bool = False) -> WebError:
    return WebError(
        Problem("web-answer", f"{what}: {reason}", remedy="check that the address is that of the API, not of a page for people"),
        passing=passing,
    )


def answered(what: str, status: int, said: str, wait: float | None) -> WebError:
    """The error of an answer with a status of 400 and more; `said` is what the server wrote about it."""
    told = f"{what}: the server answers {status}" + (f", {said}" if said else "")
    if status == 429 or (status == 403 and wait is not None):
        pause = f" in {wait:.0f} seconds" if wait else " later"
        problem = Problem("web-too-many", told, remedy=f"too many requests for this credential; run the job again{pause}")
        return WebError(problem, status=status, passing=True, wait=wait)
    if status in (502, 503, 504):
        return WebError(Problem("web-server", told, remedy="run the job again later"), status=status, passing=True, wait=wait)
    return WebError(_refusal(status, told), status=status)


def _refusal(status: int, told: str) -> Problem:
    """An answer that the same request would get again."""
    if status == 401:
        return Problem("web-unauthorized", told, remedy="the credential is missing, wrong or expired; set a valid one")
    if status == 403:
        return Problem("web-forbidden", told, remedy="give the credential the permission that this needs")
    if status in (404, 410):
        return Problem(
            "web-not-there", told, remedy="check the name; a credential without permission to see it gets this answer, too"
        )
    if status < 500:
        return Problem("web-rejected", told)
    return Problem("web-server", told, remedy="run the job again later")


def visible(text: str, most: int = MOST_SAID) -> str:
    r"""A server's words on one line: what cannot be seen as \uXXXX, at most `most` characters."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in short)
