"""What the platform desk runs: waiting lines, a real server under load, event streams, service levels, the ranker."""
