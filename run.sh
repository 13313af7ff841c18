#!/bin/sh
# What `make run` does: a workspace, and inside its lifetime the examples, then the app and the
# process that works when no browser is open.
# Everything below `run --` ends with the workspace, however that ends.
set -e
python="$BIN/python"
export MLFLOW_DISABLE_TELEMETRY=true MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT=true
app_url="http://127.0.0.1:$APP_PORT"
exec "$python" -m local_workspace run --exit-with-parent \
  --data-dir "$DATA_DIR" --port "$PORT" --app-url "$app_url" -- sh -c '
    set -e
    "$1" -m local_workspace demo --data-dir "$2" --app-url "$3" --service-principal review-app
    eval "$("$1" -m local_workspace env --data-dir "$2" --service-principal review-app)"
    # Whatever goes on when no browser is open; it says something only when something is wrong.
    "$1" -m backend.jobs & jobs=$!
    trap "kill $jobs 2> /dev/null || true" EXIT
    "$1" -m streamlit run app.py --server.port "$4" --server.address 127.0.0.1
  ' run "$python" "$DATA_DIR" "$app_url" "$APP_PORT" < /dev/null
