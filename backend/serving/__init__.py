"""What an endpoint is in the workspace: names, versions, settings kept in its tags."""
