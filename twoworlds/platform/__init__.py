"""What the platform desk runs: waiting lines and the ranking service."""
