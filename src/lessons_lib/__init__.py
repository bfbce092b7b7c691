"""What the lessons compute with: cells, attention, their checks, tasks and training."""

__version__ = "0.1.0"
