"""Who may do what with an endpoint, who is invited, and what reviewers are told and asked."""
