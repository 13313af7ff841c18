"""What is tested: an endpoint, and one of its versions or whichever the traffic decides on."""

from dataclasses import dataclass

import streamlit as st

from backend.serving.endpoints import Endpoint, ServedVersion
from components.chat import endpoint_card

_ENDPOINT, _VERSION = "endpoint", "version"
_AS_DIVIDED = "As the traffic is divided"


@dataclass(frozen=True)
class Target:
    """The endpoint, and the version if one is asked by its name."""

    endpoint: Endpoint
    version: ServedVersion | None = None

    @property
    def served_name(self) -> str:
        """Return the name the version is asked by; empty where the traffic decides."""
        return self.version.name if self.version else ""


def choose(found: list[Endpoint]) -> Target:
    """Let the person choose; the address names what was chosen."""
    with st.container(horizontal=True, gap="small"):
        endpoint = _endpoint(found)
        return Target(endpoint, _version(endpoint))


def version_of(endpoint: Endpoint | None, served_name: str) -> str:
    """Return what a served version is called; its name where it is served no more."""
    served = endpoint.served if endpoint else ()
    return next((each.version for each in served if each.name == served_name), served_name)


def _endpoint(found: list[Endpoint]) -> Endpoint:
    names = [each.name for each in found]
    named = st.query_params.get(_ENDPOINT)
    chosen = st.selectbox(
        "Endpoint",
        found,
        index=names.index(named) if named in names else 0,
        format_func=endpoint_card.title_of,
        key="tests_endpoint",
        width=320,
    )
    st.query_params[_ENDPOINT] = chosen.name
    return chosen


def _version(endpoint: Endpoint) -> ServedVersion | None:
    able = {each.name: each for each in endpoint.served if not each.problem}
    names = [_AS_DIVIDED, *able]
    named = st.query_params.get(_VERSION)
    chosen = st.selectbox(
        "Version",
        names,
        index=names.index(named) if named in names else 0,
        format_func=lambda name: _label(able[name]) if name in able else name,
        key=f"tests_version_{endpoint.name}",
        width=320,
    )
    if chosen in able:
        st.query_params[_VERSION] = chosen
    else:
        st.query_params.pop(_VERSION, None)
    return able.get(chosen)


def _label(version: ServedVersion) -> str:
    share = version.traffic_percentage
    return f"Version {version.version} ({f'{share} %' if share else 'kept'})"
