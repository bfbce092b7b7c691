"""What an exercise says whose notebook was not started: which cell to run first.

An extension of IPython.  ``etc/ipython/ipython_kernel_config.py``, installed with the library,
loads it in every kernel of the environment, so it imports nothing.
"""

SAY = (
    "{id}: `check` is not there yet. Run the first code cell below the heading *Exercises*, which "
    "imports it (or, from the menu, Run > Run All Above Selected Cell), and then this cell again."
)


def greet(id="this exercise", *answer):
    """Stands for ``check`` and ``solution`` until a lesson imports them."""
    print(SAY.format(id=id))


def load_ipython_extension(shell):
    """Called by IPython with the shell of the kernel."""
    missing = [name for name in ("check", "solution") if name not in shell.user_ns]
    shell.push(dict.fromkeys(missing, greet), interactive=False)
