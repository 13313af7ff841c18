"""Endpoints as the workspace describes them, and releases of them, for tests of the ledger."""

from datetime import UTC, datetime, timedelta

from databricks.sdk.service.serving import ServingEndpointDetailed

from backend.releases.record import Kind, Release, Share

MODEL = "main.rag.chain"
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def share(version: int, percentage: int = 100) -> Share:
    return Share(f"chain_{version}", MODEL, str(version), percentage)


def described(endpoint, *served, number=1, state="NOT_UPDATING", pending=(), at=NOON, problem=""):
    """Return an endpoint as the workspace describes it."""

    def config(number, served):
        entities = [
            {"name": s.name, "entity_name": s.model, "entity_version": s.version} for s in served
        ]
        if problem and entities and served is pending:
            failed = {"deployment": "DEPLOYMENT_FAILED", "deployment_state_message": problem}
            entities[0]["state"] = failed
        routes = [
            {"served_entity_name": s.name, "traffic_percentage": s.percentage} for s in served
        ]
        return {
            "config_version": number,
            "served_entities": [
                *entities,
                {"name": "feedback", "entity_name": "main.rag.feedback"},
            ],
            "traffic_config": {"routes": routes},
        }

    document = {
        "name": endpoint,
        "last_updated_timestamp": int(at.timestamp() * 1000),
        "state": {"config_update": state, "ready": "READY"},
        "config": config(number, served) if served else None,
        "pending_config": config(number + 1, pending) if pending else None,
    }
    return ServingEndpointDetailed.from_dict({k: v for k, v in document.items() if v})


def asked(endpoint, *after, before=(), kind=Kind.DEPLOY, at=NOON, **more) -> Release:
    return Release(
        endpoint=endpoint,
        model=MODEL,
        kind=kind,
        by="admin@example.com",
        reason="Knows the new price list",
        before=tuple(before),
        after=after,
        requested_at=at,
        **more,
    )
