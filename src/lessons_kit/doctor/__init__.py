"""What is wrong with this environment, and the exact command that mends it.

    python -m lessons_kit.doctor               in the folder of the course, or of your notebooks
    cd src; python -m lessons_kit.doctor       where the library is not installed

It starts a kernel and asks which Python it is and what it imports. Standard library and pip only,
and no syntax newer than Python 3.8: it has to run where the rest does not.
Status 0: all is well, or there are only remarks; 1: something is to mend.
"""


def main(arguments=None):
    """Print what is wrong and what mends it  →  exit status."""
    import sys  # late, as the rest: a file ``json.py`` of yours must not stop the doctor

    # ``python -m`` put this folder first; a notebook elsewhere has it not
    del sys.path[: not getattr(sys.flags, "safe_path", False)]
    from lessons_kit.doctor.examine import report

    return report(__doc__, arguments)
