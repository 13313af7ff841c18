#!/bin/sh
# What `make run` does: a workspace, and inside its lifetime the examples and then the app.
# Everything below `run --` ends with the workspace, however that ends.
set -e
python="$BIN/python"
export MLFLOW_DISABLE_TELEMETRY=true
app_url="http://127.0.0.1:$APP_PORT"
exec "$python" -m local_workspace run --exit-with-parent \
  --data-dir "$DATA_DIR" --port "$PORT" --app-url "$app_url" -- sh -c '
    set -e
    "$1" -m local_workspace demo --data-dir "$2" --app-url "$3"
    eval "$("$1" -m local_workspace env --data-dir "$2" --service-principal review-app)"
    exec "$1" -m streamlit run app.py --server.port "$4" --server.address 127.0.0.1
  ' run "$python" "$DATA_DIR" "$app_url" "$APP_PORT" < /dev/null
