"""Runs a user's script inside the worker, and tells the recorder what its lines do."""
