"""Every notebook named on pytest's command line is checked strictly."""

pytest_plugins = ["tools.notebooks.nbval_strict"]
