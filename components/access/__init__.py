"""Drawing who may do what, invitations, and what reviewers are told and asked."""
