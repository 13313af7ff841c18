"""Rules of an endpoint: when a version may go live, and when it is taken back."""
