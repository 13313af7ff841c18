"""What can be set when a local workspace starts; `docs/configuration.md` lists every one."""

from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_DATA_DIR = Path(".local-workspace")
DEFAULT_PORT = 8400
# What `X-Databricks-Org-Id` and `/.well-known/databricks-config` say; clients only carry it along.
WORKSPACE_ID = "8400000000000001"


@dataclass(frozen=True)
class Settings:
    """One workspace: where it keeps its data, where it listens, which MLflow it stands before."""

    data_dir: Path = field(default=DEFAULT_DATA_DIR)
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    mlflow_tracking_uri: str | None = None
    app_url: str = "http://127.0.0.1:8501"
    env_manager: str = "local"
    request_timeout: float = 297.0
    # Days a request stays in the inference tables; 0 keeps it for ever.
    retention_days: int = 0

    @property
    def database_path(self) -> Path:
        """Endpoints, principals, tokens (hashed) and permissions."""
        return self.data_dir / "workspace.db"

    @property
    def connection_path(self) -> Path:
        """How to reach the running workspace; exists only while it runs."""
        return self.data_dir / "connection.json"

    @property
    def mlflow_dir(self) -> Path:
        """The MLflow server's database and artifacts."""
        return self.data_dir / "mlflow"

    @property
    def models_dir(self) -> Path:
        """Model versions as fetched from the registry, one folder each."""
        return self.data_dir / "models"

    @property
    def environments_dir(self) -> Path:
        """Python environments built for versions that need their own requirements."""
        return self.data_dir / "environments"

    @property
    def spool_path(self) -> Path:
        """Requests and verdicts on record that are not in Delta, or not in MLflow, yet."""
        return self.data_dir / "inference_tables" / "spool.db"

    @property
    def tables_dir(self) -> Path:
        """The Delta tables: catalog, schema, table."""
        return self.data_dir / "tables"

    @property
    def logs_dir(self) -> Path:
        """What the model processes and the MLflow server print."""
        return self.data_dir / "logs"

    @property
    def secrets_path(self) -> Path:
        """`{"scope": {"key": "value"}}`, mode 0600, for `{{secrets/scope/key}}` references."""
        return self.data_dir / "secrets.json"
