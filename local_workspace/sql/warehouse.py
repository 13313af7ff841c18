"""The one SQL warehouse: this machine, always on."""

from typing import Any
from urllib.parse import urlsplit

WAREHOUSE_ID = "10ca1b0a2d000001"


def warehouse_document(url: str) -> dict[str, Any]:
    """Describe the warehouse as Databricks does."""
    address = urlsplit(url)
    return {
        "id": WAREHOUSE_ID,
        "name": "Local warehouse",
        "state": "RUNNING",
        "health": {"status": "HEALTHY"},
        "cluster_size": "2X-Small",
        "warehouse_type": "PRO",
        "enable_serverless_compute": False,
        "enable_photon": False,
        "auto_stop_mins": 0,
        "min_num_clusters": 1,
        "max_num_clusters": 1,
        "num_clusters": 1,
        "num_active_sessions": 0,
        "odbc_params": {
            "hostname": address.hostname,
            "path": f"/sql/1.0/warehouses/{WAREHOUSE_ID}",
            "port": address.port,
            "protocol": address.scheme,
        },
    }
