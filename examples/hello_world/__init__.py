"""The first chain: messages in, a string out, in LangChain's own language."""
