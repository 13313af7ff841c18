"""The command: `python -m local_workspace serve | run -- COMMAND | env | demo | … | reset`."""

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

from local_workspace.data_directory import DataDirectoryInUse, is_in_use, read_connection
from local_workspace.errors import WorkspaceError
from local_workspace.process_lifetime import end_with_parent
from local_workspace.settings import DEFAULT_DATA_DIR, DEFAULT_PORT, Settings

_LAST_PORT = 65_535
_NOT_RUNNING = (
    "No workspace is running on {folder}. Start one with: python -m local_workspace serve"
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    if getattr(options, "exit_with_parent", False):
        end_with_parent(os.getppid(), signal.SIGTERM)
    try:
        status: int = options.action(options)
    except (DataDirectoryInUse, WorkspaceError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_workspace", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = _server_command(commands, "serve", "run a workspace until Ctrl-C")
    serve.set_defaults(action=_serve)
    run = _server_command(commands, "run", "run a workspace for as long as a command runs")
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    run.set_defaults(action=_run)
    env = _command(commands, "env", "print the export lines of a running workspace")
    env.add_argument("--service-principal", help="with a token of this service principal instead")
    env.set_defaults(action=_env)
    demo = _command(commands, "demo", "deploy the examples and make three sign-in links")
    demo.add_argument("--app-url", default=Settings.app_url)
    looks = "let this service principal, the app's, look at the examples"
    demo.add_argument("--service-principal", default="", help=looks)
    demo.set_defaults(action=_demo)
    again = "give MLflow every recorded trace and verdict again"
    replay = _command(commands, "replay-traces", again)
    replay.add_argument("--mlflow-tracking-uri", help="the MLflow server, if it is not our own")
    replay.set_defaults(action=_replay)
    reset = _command(commands, "reset", "delete a stopped workspace's data")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    reset.set_defaults(action=_reset)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA_DIR)
    return parser


def _server_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    parser = _command(commands, name, text)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="0 picks a free one")
    parser.add_argument("--mlflow-tracking-uri", help="use this MLflow server, start none")
    parser.add_argument("--app-url", default=Settings.app_url, help="where the Review App runs")
    parser.add_argument("--env-manager", choices=("local", "uv"), default="local")
    parser.add_argument(
        "--request-timeout", type=_seconds, default=Settings.request_timeout, metavar="SECONDS"
    )
    parser.add_argument(
        "--retention-days", type=_days, default=0, help="keep requests on record so long; 0: always"
    )
    parser.add_argument("--exit-with-parent", action="store_true", help="end when the parent ends")
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {_LAST_PORT}, not {text}")
    return int(text)


def _days(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"days are a whole number, 0 or more, not {text}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"seconds are a positive number, not {text}")
    return seconds


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        data_dir=options.data_dir,
        host=options.host,
        port=options.port,
        mlflow_tracking_uri=options.mlflow_tracking_uri,
        app_url=options.app_url,
        env_manager=options.env_manager,
        request_timeout=options.request_timeout,
        retention_days=options.retention_days,
    )


def _serve(options: argparse.Namespace) -> int:
    from local_workspace.server import serve  # noqa: PLC0415 (the other commands start faster)

    return serve(_settings(options))


def _run(options: argparse.Namespace) -> int:
    from local_workspace.run_command import command_runner  # noqa: PLC0415 (same)
    from local_workspace.server import serve  # noqa: PLC0415 (same)

    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        sys.stderr.write("Give a command after --.\n")
        return 2
    return serve(_settings(options), then=command_runner(command))


def _env(options: argparse.Namespace) -> int:
    from local_workspace.client import LocalClient, exports  # noqa: PLC0415 (same)

    if (connection := read_connection(options.data_dir)) is None:
        return _not_running(options.data_dir)
    if options.service_principal is not None:
        if not options.service_principal.strip():
            sys.stderr.write("Give the service principal a name.\n")
            return 2
        client = LocalClient(connection["host"], connection["token"])
        connection["token"] = client.service_principal_token(options.service_principal)
    sys.stdout.write(exports(connection))
    return 0


def _demo(options: argparse.Namespace) -> int:
    from local_workspace.demo import demo  # noqa: PLC0415 (same)

    if (connection := read_connection(options.data_dir)) is None:
        return _not_running(options.data_dir)
    return demo(connection, options.app_url, options.service_principal)


def _replay(options: argparse.Namespace) -> int:
    from local_workspace.trace_export.replay import replay_traces  # noqa: PLC0415 (same)

    return replay_traces(
        Settings(data_dir=options.data_dir, mlflow_tracking_uri=options.mlflow_tracking_uri)
    )


def _reset(options: argparse.Namespace) -> int:
    folder: Path = options.data_dir
    if not folder.exists():
        sys.stdout.write(f"There is nothing at {folder}.\n")
        return 0
    if is_in_use(folder):
        sys.stderr.write(f"The workspace on {folder} is running. Stop it first.\n")
        return 1
    # Only a folder that has been a workspace's may be deleted whole.
    if not (folder / "workspace.db").exists():
        sys.stderr.write(f"{folder} does not look like a workspace's data; nothing was deleted.\n")
        return 1
    if not options.yes and not _confirmed(folder):
        sys.stdout.write("Nothing was deleted.\n")
        return 1
    shutil.rmtree(folder)
    sys.stdout.write(f"Deleted {folder}.\n")
    return 0


def _confirmed(folder: Path) -> bool:
    sys.stdout.write(f"Delete every endpoint, model, trace and token in {folder}? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _not_running(folder: Path) -> int:
    sys.stderr.write(_NOT_RUNNING.format(folder=folder) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
