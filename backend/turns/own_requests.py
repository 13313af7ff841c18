"""Requests the app makes itself, which are no questions anybody had: by how their ids begin.

Whoever counts or shows what people asked leaves them out.
"""

# Trials of new versions, test runs, load tests, replays, bisections.
PREFIXES = ("trial-", "test-", "load-", "replay-", "bisect-")
# For a request log's rows, in SQL.
ASKED_BY_PEOPLE = " AND ".join(
    f"coalesce(client_request_id, '') NOT LIKE '{prefix}%'" for prefix in PREFIXES
)
