"""The composition root: everything one running workspace is made of, built in one place."""

import asyncio
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

from local_workspace.access.browser_sessions import BrowserSessions
from local_workspace.access.permissions import Permissions
from local_workspace.access.principals import Principals
from local_workspace.access.sign_in_codes import SignInCodes
from local_workspace.access.tokens import Tokens
from local_workspace.database import open_database
from local_workspace.feedback.service import FeedbackService
from local_workspace.inference_tables.inference_tables import InferenceTables
from local_workspace.invocation import Invocations
from local_workspace.mlflow_proxy import MlflowProxy
from local_workspace.mlflow_server import MlflowServer, mlflow_server
from local_workspace.recorder import Recorder
from local_workspace.serving.endpoint_store import EndpointStore
from local_workspace.serving.endpoints import Endpoints
from local_workspace.serving.environments import Environments
from local_workspace.serving.launcher import ZygoteLauncher
from local_workspace.serving.model_starter import ModelStarter
from local_workspace.serving.model_store import ModelStore
from local_workspace.serving.registry import Registry
from local_workspace.serving.secrets import Secrets
from local_workspace.serving.worker_log import WorkerLog
from local_workspace.settings import Settings
from local_workspace.sql.service import SqlService
from local_workspace.storage import Storage
from local_workspace.trace_export.on_demand import OnDemand
from local_workspace.trace_export.trace_exporter import TraceExporter
from local_workspace.unity_catalog.mlflow_rest import MlflowRest
from local_workspace.unity_catalog.model_registry import ModelRegistry

_PROJECT = Path(__file__).parents[1]


@dataclass
class Workspace:
    """The parts of a workspace; routes find it on `app.state.workspace`."""

    settings: Settings
    url: str
    database: sqlite3.Connection
    principals: Principals
    tokens: Tokens
    permissions: Permissions
    sign_in_codes: SignInCodes
    browser_sessions: BrowserSessions
    mlflow: MlflowServer
    mlflow_proxy: MlflowProxy
    model_registry: ModelRegistry
    zygote: ZygoteLauncher
    environments: Environments
    endpoints: Endpoints
    inference_tables: InferenceTables
    trace_exporter: TraceExporter
    on_demand: OnDemand
    invocations: Invocations
    sql: SqlService
    storage: Storage

    async def start(self) -> None:
        """Start MLflow, and beside it the warm interpreter and with that the endpoints."""
        self.inference_tables.start()
        self.sql.start()
        await self.mlflow.start()
        await asyncio.gather(self.mlflow.wait_ready(), self._resume_endpoints())
        self.trace_exporter.start()

    async def _resume_endpoints(self) -> None:
        """Versions that were served before need no MLflow: their files are here."""
        await self.zygote.start()
        self.endpoints.resume()

    async def stop(self) -> None:
        """End every process of this workspace."""
        await self.endpoints.close()
        await self.invocations.close()
        await self.sql.close()
        await self.inference_tables.close()
        await self.environments.close()
        await self.zygote.close()
        await self.trace_exporter.close()
        await self.mlflow_proxy.close()
        self.on_demand.close()
        await self.mlflow.stop()
        self.database.close()


def build_workspace(settings: Settings, url: str) -> Workspace:
    """Build every part; nothing runs yet."""
    database = open_database(settings.database_path)
    principals = Principals(database)
    tokens = Tokens(database, principals)
    permissions = Permissions(database)
    mlflow = mlflow_server(settings)
    zygote = ZygoteLauncher(
        Path(sys.executable), _PROJECT, WorkerLog(settings.logs_dir / "zygote.log")
    )
    environments = Environments(settings.environments_dir, zygote, settings.env_manager)
    starter = ModelStarter(
        ModelStore(settings.models_dir, zygote, mlflow.client_environment),
        environments,
        Secrets(settings.secrets_path),
        tokens,
        url,
        settings.data_dir / "scratch",
    )
    headers = {"Authorization": mlflow.authorization} if mlflow.authorization else {}
    registry = Registry(mlflow.base_url, headers)
    tables = InferenceTables(
        settings.spool_path, settings.tables_dir, settings.logs_dir, settings.retention_days
    )
    exporter = TraceExporter(settings.spool_path, mlflow, settings.logs_dir)
    on_demand = OnDemand(settings.spool_path, exporter.wake)
    recorder = Recorder(tables.writer, tables.guard, tables.sets)
    store = EndpointStore(database)
    endpoints = Endpoints(store, starter, registry, settings.logs_dir, recorder.claim)
    return Workspace(
        settings=settings,
        url=url,
        database=database,
        principals=principals,
        tokens=tokens,
        permissions=permissions,
        sign_in_codes=SignInCodes(database),
        browser_sessions=BrowserSessions(),
        mlflow=mlflow,
        mlflow_proxy=MlflowProxy(mlflow, on_demand),
        model_registry=ModelRegistry(MlflowRest(mlflow)),
        zygote=zygote,
        environments=environments,
        endpoints=endpoints,
        inference_tables=tables,
        trace_exporter=exporter,
        on_demand=on_demand,
        invocations=Invocations(
            endpoints,
            permissions,
            recorder,
            FeedbackService(tables.known_requests.find),
            settings.request_timeout,
        ),
        sql=SqlService(settings.data_dir, settings.logs_dir, tables.sets),
        storage=Storage(settings, endpoints, starter, environments),
    )
