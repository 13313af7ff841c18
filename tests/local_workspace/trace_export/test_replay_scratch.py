"""What a replay remembers on the way."""

from contextlib import closing

from local_workspace.trace_export.replay_scratch import Scratch
from local_workspace.trace_import.recorded import RecordedTrace


def trace(number: int) -> RecordedTrace:
    return RecordedTrace(
        trace_id=f"tr-{number}",
        trace="{}",
        request_id=f"r-{number}",
        endpoint="chain",
        model_name=None,
        model_version=None,
        conversation_id=None,
        requester=None,
        experiment_id=None,
    )


def test_a_trace_on_its_way_from_the_spool_to_the_tables_counts_once():
    """It is read in both."""
    with closing(Scratch()) as scratch:
        assert scratch.add_traces([trace(1), trace(2)]) == 2
        assert scratch.add_traces([trace(2), trace(3)]) == 1
