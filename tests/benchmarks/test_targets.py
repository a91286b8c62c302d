"""A figure is met up to its target, missed beyond it, and then says why."""

from collections.abc import Iterable
from typing import Any

from benchmarks import reasons, targets
from benchmarks.targets import EMBEDDED, PRODUCTION, Figure

SHARED: dict[str, Any] = {
    "runs": 1000,
    "ours": [{"ms_a_run": 3.0, "unfinished": 0}, {"ms_a_run": 5.0, "unfinished": 0}],
    "theirs": [4.0, 4.0, 9.0],
    "memory": 350.0,
    "locked": 0,
    "verdicts": {"passed": 1000},
}


def missed(figures: Iterable[Figure]) -> list[str]:
    return [figure.key for figure in figures if figure.missed]


def test_a_figure_that_equals_its_target_meets_it() -> None:
    assert missed(targets.sharing(SHARED, EMBEDDED)) == []
    assert missed(targets.comparing(10.0, 1.0)) == []
    assert missed(targets.resting({"idle": 0.01, "late_ms": [100.0, 900.0]}, EMBEDDED)) == []


def test_a_figure_beyond_its_target_is_missed() -> None:
    dear = {**SHARED, "theirs": [3.9], "memory": 350.1, "locked": 1}
    assert missed(targets.sharing(dear, EMBEDDED)) == ["shared", "memory", "locked"]
    assert missed(targets.comparing(10.1e-6, 1e-6)) == ["compare"]
    busy = {"idle": 0.011, "late_ms": [100.1]}
    assert missed(targets.resting(busy, PRODUCTION)) == ["late-production", "idle-production"]


def test_memory_after_too_few_runs_proves_nothing() -> None:
    assert missed(targets.sharing({**SHARED, "runs": 999}, EMBEDDED)) == ["memory"]


def test_memory_and_locks_are_figures_of_the_embedded_stack() -> None:
    kinds = [figure.key for figure in targets.sharing(SHARED, PRODUCTION)]
    assert kinds == ["shared-production"]


def test_what_was_not_measured_is_missed() -> None:
    assert missed(targets.resting({"idle": 0.0, "late_ms": []}, EMBEDDED)) == ["late"]


def test_runs_that_did_not_end_passed_are_told_beside_their_cost() -> None:
    apart = {**SHARED, "requests_a_run": 12.0, "verdicts": {"passed": 99, "failed": 1}}
    assert missed(targets.standing_apart(apart, EMBEDDED)) == ["apart-ended"]
    left = {**SHARED, "requests_a_run": 12.0, "ours": [{"ms_a_run": 1.0, "unfinished": 2}]}
    assert missed(targets.standing_apart(left, PRODUCTION)) == ["apart-ended-production"]


def test_every_miss_is_printed_with_a_reason() -> None:
    (figure,) = targets.comparing(11e-6, 1e-6)
    assert f"**MISSED**: {reasons.because('compare')}" in targets.render([figure])
    assert reasons.because("never heard of") == reasons.UNKNOWN
