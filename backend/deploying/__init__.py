"""What an admin does with an endpoint: look, deploy, divide, roll back, end."""
