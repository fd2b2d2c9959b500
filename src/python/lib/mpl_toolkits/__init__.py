"""Toolkits of matplotlib's."""
import matplotlib  # noqa: F401
