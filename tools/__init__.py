"""The programs of the Makefile. Whoever stops one with Ctrl-C knows it, and needs no traceback."""

import sys


def stopped(kind, error, trace):
    if issubclass(kind, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = stopped
