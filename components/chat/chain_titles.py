"""What people know the chains by, on pages that are about what chains have answered."""

from collections import Counter
from collections.abc import Mapping

from backend.errors import ReviewAppError
from components.chat import chain_chooser
from components.chat.endpoint_card import title_of
from components.session import Session

# They take a call for each chain, and hardly ever change.
_FRESH_SECONDS = 3600


def titles(session: Session) -> Mapping[str, str]:
    """Return the titles by the names of endpoints; what two have in common is no name."""
    try:
        usable = chain_chooser.chains(session, _FRESH_SECONDS)
    except ReviewAppError:
        # Their names are enough to go on with.
        return {}
    found = {each.name: title_of(each) for each in usable}
    often = Counter(found.values())
    return {name: title for name, title in found.items() if often[title] == 1}
