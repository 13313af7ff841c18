"""How a request that was asked again is told from others, in every store."""

# The name its caller gives it begins with this, and goes on with the id of the former request.
CLIENT_PREFIX = "replay-"
# In its `usage_context`, and so in its trace's metadata: who asked first.
FIRST_ASKED_BY = "reviewapp.first_asked_by"
