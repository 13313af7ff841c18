"""Choosing a version and how it is to run; confirmed, it is brought up without any questions."""

import streamlit as st

from backend.deploying.deploying import WORKLOAD_SIZES, Wish
from backend.releases.record import Release
from backend.serving import deployment_names
from backend.serving.deployment_names import ModelName
from backend.serving.endpoints import Endpoint
from components import reason_form, states
from components.deployments import deployment_address
from components.plain_text import escaped
from components.session import Session

_SECRET = "{{secrets/scope/key}}"


def draw(session: Session, found: list[Endpoint]) -> None:
    """Draw the choice; what is prepared is told of at an address of its own."""
    st.button(
        "Back to the endpoints",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=deployment_address.go,
        kwargs={"endpoint": deployment_address.endpoint()},
    )
    st.subheader("Deploy a version", anchor=False)
    wished = _choose(session)
    if wished is None:
        return
    model, version = wished
    endpoint = _endpoint(model, found)
    if _is_served(found, endpoint, model, version):
        _say_it_is_served(endpoint, version)
        return
    variables, size, scale = _settings()
    _say_plan(endpoint, found, version)

    def prepare(reason: str) -> object:
        wish = Wish(model, version, endpoint, reason, _read(variables), size, scale)
        return session.services.deploying.prepare(session.viewer, wish)

    release = reason_form.draw("prepare", "Bring it up", prepare)
    if isinstance(release, Release):
        deployment_address.go(endpoint=endpoint, release=release.id)
        st.rerun()


def _choose(session: Session) -> tuple[str, str] | None:
    deploying = session.services.deploying
    models = deploying.models(session.viewer)
    if not models:
        states.empty(
            "There is nothing to deploy yet",
            "Register a model under a name of three parts, catalog.schema.model, and it is "
            "listed here.",
        )
        return None
    named, number = deployment_address.wished()
    model = st.selectbox(
        "Model", models, index=models.index(named) if named in models else 0, key="deploy_model"
    )
    versions = deploying.versions(session.viewer, model)
    if not versions:
        states.empty("This model has no version yet", "Register one, and it is listed here.")
        return None
    version = st.selectbox(
        "Version",
        versions,
        index=versions.index(number) if number in versions and model == named else 0,
        key=f"deploy_version_{model}",
    )
    return model, version


def _endpoint(model: str, found: list[Endpoint]) -> str:
    """Let the person choose an endpoint, or name a new one."""
    usual = deployment_names.endpoint_name(ModelName.parse(model))
    names = [each.name for each in found]
    named = deployment_address.endpoint()
    options = list(dict.fromkeys([*([named] if named in names else []), usual, *names]))
    chosen = st.selectbox(
        "Endpoint",
        options,
        format_func=lambda name: name if name in names else f"{name} (new)",
        accept_new_options=True,
        help="Choose one, or type the name of a new one.",
        key=f"deploy_endpoint_{model}",
    )
    return str(chosen or usual).strip()


def _settings() -> tuple[str, str, bool]:
    with st.expander("How it runs", key="deploy_settings"):
        variables = st.text_area(
            "Environment variables",
            placeholder=f"NAME=value\nAPI_TOKEN={_SECRET}",
            help=f"One in each line. A secret is named, not written: `{_SECRET}`.",
            key="deploy_variables",
        )
        size = st.selectbox("Size", WORKLOAD_SIZES, key="deploy_size")
        scale = st.checkbox(
            "May leave the memory while nobody asks it",
            help="The first question after a pause then waits until it is back. The local "
            "workspace keeps versions that answer in memory all the same.",
            key="deploy_scale",
        )
    return variables, size, scale


def _read(variables: str) -> dict[str, str]:
    """Return what was typed, one `NAME=value` in each line; names are checked by the service."""
    lines = (line.strip() for line in variables.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _is_served(found: list[Endpoint], endpoint: str, model: str, version: str) -> bool:
    served = next((each.served for each in found if each.name == endpoint), ())
    return any((each.model_name, each.version) == (model, version) for each in served)


def _say_it_is_served(endpoint: str, version: str) -> None:
    st.markdown(
        f"{escaped(endpoint)} serves version {escaped(version)} already. Give it a share of the "
        "questions there; to run it with other settings, remove it first."
    )
    st.button("Go to the endpoint", on_click=deployment_address.go, kwargs={"endpoint": endpoint})


def _say_plan(endpoint: str, found: list[Endpoint], version: str) -> None:
    is_known = any(each.name == endpoint and each.served for each in found)
    if is_known:
        st.markdown(
            f"First version {escaped(version)} comes up beside what {escaped(endpoint)} serves "
            "now, without any questions, in the environment it will have. It is asked its own "
            "input example. Then you decide which share of the questions it gets."
        )
    else:
        st.markdown(
            f"{escaped(endpoint)} serves nothing yet. Version {escaped(version)} will be its first "
            "and take all questions as soon as it is up; there is nothing it could replace, and "
            "nobody may ask it but you and the admins until you give access."
        )
