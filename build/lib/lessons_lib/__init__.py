"""The library behind the course: cells, attention, their checks, tasks and drawings."""

__version__ = "0.1.0"
