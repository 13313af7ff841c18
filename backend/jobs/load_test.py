"""A load test: so many ask at once for so long; how many answers came, and how fast."""

from backend.endpoint_tests import asking as endpoint_tests_asking
from backend.endpoint_tests.figures import by_second, errors_of, of_samples
from backend.endpoint_tests.plan import LOAD_PREFIX, LoadPlan
from backend.endpoint_tests.running import LoadRun
from backend.endpoint_tests.tables import LOAD_RESULTS, Examined, load_row
from backend.jobs import test_records
from backend.jobs.work import CanceledByUserError, Work

SECONDS, ERRORS = "seconds", "errors"


def run(work: Work) -> None:
    """Ask for as long as was asked for and keep the figures."""
    plan = LoadPlan.read(work.parameters)
    target = endpoint_tests_asking.target(
        work.workspace, work.job.endpoint, plan.served_name, LOAD_PREFIX
    )
    what = test_records.tested(work, plan.served_name)
    load = LoadRun(target, plan.concurrency, plan.seconds)

    def told() -> None:
        asked = f"{len(load.samples):,} asked, {load.failed:,} of them failed."
        # How far it is comes behind it, in seconds.
        sentence = f"{asked} Seconds gone:"
        work.tell(min(int(load.elapsed), plan.seconds - 1), plan.seconds, sentence)

    work.result |= {"concurrency": plan.concurrency, "asked_seconds": plan.seconds}
    try:
        load.run(plan.questions, told)
    except CanceledByUserError:
        _keep(work, what, load)
        raise
    _keep(work, what, load)
    figures = of_samples(load.samples, load.seconds)
    row = load_row(what, plan.concurrency, figures)
    test_records.keep_rows(work, what, LOAD_RESULTS, [row], plan.seconds)


def _keep(work: Work, what: Examined, load: LoadRun) -> None:
    """Put what there is on the run."""
    names = {each.served_name for each in load.samples}
    figures = of_samples(load.samples, load.seconds)
    test_records.keep_figures(work, what, figures, names, load.first_error)
    work.log_table(SECONDS, by_second(load.samples))
    work.log_table(ERRORS, errors_of(load.samples))
