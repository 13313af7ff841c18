"""What the figures of the chat share: a chain, a person, the app, the peer's app, and Chromium."""
