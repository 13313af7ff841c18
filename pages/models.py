"""What is registered: all models, one of them, or one version; the address says which."""

import streamlit as st

from backend.identity import Role
from components.models import list as model_list
from components.models import overview as model_overview
from components.models import version as model_version
from components.models import words as model_words
from components.session import require

session = require(Role.ADMIN)
model_words.set_style()
name, number = st.query_params.get("model"), st.query_params.get("version")
if name and number:
    model_version.draw(session, name, number)
elif name:
    model_overview.draw(session, name)
else:
    st.title("Models", anchor=False)
    model_list.draw(session)
