"""Every notebook named on pytest's command line is checked strictly; what is long begins first."""

pytest_plugins = ["tools.notebooks.nbval_strict", "tools.upkeep.pace"]
