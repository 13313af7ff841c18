"""What takes how much of the disk, and what of it may go."""

import streamlit as st

from backend.identity import Role
from components import storage_use
from components.session import require

session = require(Role.ADMIN)
st.title("Storage", anchor=False)
use = session.services.storage.use()
if use:
    storage_use.draw(session, use)
else:
    storage_use.draw_elsewhere(session, session.services.endpoints.usable())
