"""Drawing the chat: questions, answers as they arrive, sources, branches."""
