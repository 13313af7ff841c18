"""A test run: each question once, what was answered, how fast."""

import time

from backend.endpoint_tests import asking as endpoint_tests_asking
from backend.endpoint_tests import running as endpoint_tests_running
from backend.endpoint_tests.asking import Trial
from backend.endpoint_tests.figures import Figures, figures
from backend.endpoint_tests.plan import TEST_PREFIX, RunPlan
from backend.endpoint_tests.tables import LONGEST_TEXT, TEST_RESULTS, Examined, result_rows
from backend.jobs import test_records
from backend.jobs.work import CanceledByUserError, Work

ANSWERS = "answers"
LONGEST_SOURCE = 200


def run(work: Work) -> None:
    """Ask every question and keep what came of it."""
    plan = RunPlan.read(work.parameters)
    target = endpoint_tests_asking.target(
        work.workspace, work.job.endpoint, plan.served_name, TEST_PREFIX
    )
    what = test_records.tested(work, plan.served_name)
    answered: dict[int, Trial] = {}

    def told() -> None:
        work.tell(len(answered), len(plan.questions), _sentence(list(answered.values())))

    work.result |= {"source": plan.source[:LONGEST_SOURCE], "at_once": plan.at_once}
    began = time.perf_counter()
    try:
        endpoint_tests_running.run_questions(
            target, plan.questions, plan.at_once, answered.__setitem__, told
        )
    except CanceledByUserError:
        _keep(work, what, answered, time.perf_counter() - began)
        raise
    trials = _keep(work, what, answered, time.perf_counter() - began)
    test_records.keep_rows(work, what, TEST_RESULTS, result_rows(what, trials), len(plan.questions))


def _keep(work: Work, what: Examined, answered: dict[int, Trial], seconds: float) -> list[Trial]:
    """Put what there is on the run; return it in the order of the questions."""
    trials = [answered[place] for place in sorted(answered)]
    first_error = next((each.error for each in trials if each.error), "")
    names = [each.served_name for each in trials]
    test_records.keep_figures(work, what, _figures(trials, seconds), names, first_error)
    work.log_table(ANSWERS, [_row(each) for each in trials])
    return trials


def _figures(trials: list[Trial], seconds: float) -> Figures:
    latencies = [each.latency_ms for each in trials if each.is_success]
    return figures(latencies, len(trials) - len(latencies), seconds)


def _row(trial: Trial) -> dict[str, object]:
    return {
        "question": trial.question,
        "answer": trial.answer[:LONGEST_TEXT],
        "latency_ms": round(trial.latency_ms, 1),
        "success": trial.is_success,
        "status": trial.status,
        "error": trial.error,
        "served_name": trial.served_name,
        "request_id": trial.request_id,
        "asked_at": trial.asked_at.isoformat(),
    }


def _sentence(trials: list[Trial]) -> str:
    failed = sum(not each.is_success for each in trials)
    return f"{len(trials):,} asked, {failed:,} of them failed."
