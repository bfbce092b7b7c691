#!/bin/sh
# Make the environment of the course:  VENV=.venv BIN=.venv/bin PYTHON=python3 sh tools/upkeep/venv.sh
# One that pip can install into is kept, with all that is in it. Any other is mended or made anew.
# FOUND, where it is given, is what is already known to be wrong with it.
KIND='import sys
if sys.version_info < (3, 11): print("has Python %s.%s" % sys.version_info[:2])
elif sys.prefix == sys.base_prefix: print("has lost its settings")
else: import pip._internal.commands.install; print("usable")'

stop() {
    echo "$*" >&2
    exit 1
}

kind() { "$BIN/python" -E -c "$KIND" 2>/dev/null || echo "is not whole"; }

look() { # exits where the environment is usable, or where it is not ours to remove
    if [ -d "$VENV" ] && ! { [ -r "$VENV" ] && [ -w "$VENV" ] && [ -x "$VENV" ]; }; then
        stop "$VENV is not yours to read and write. Remove it, then run make again: sudo rm -rf $VENV"
    fi
    found=${FOUND:-$(kind)}
    if [ "$found" = "is not whole" ] && "$BIN/python" -E -m ensurepip >/dev/null 2>&1; then
        found=$(kind)
    fi
    [ "$found" != usable ] || exit 0
    if [ -d "$VENV" ] && [ ! -e "$VENV/pyvenv.cfg" ] && [ ! -e "$BIN" ] && ! rmdir "$VENV" 2>/dev/null; then
        stop "$VENV is a folder of other files: rename it, or choose another: make VENV=.venv-course"
    fi
}

need() { # a Python that can make environments
    if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        for other in python3.14 python3.13 python3.11 python3.12; do
            command -v "$other" >/dev/null && break
        done
        stop "Python 3.11 or newer is needed; '$PYTHON' is not: try make book PYTHON=$other"
    fi
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
        stop "'$PYTHON' makes no environments; on Debian and Ubuntu: sudo apt-get install python3-venv"
}

case $(uname)$PWD in
MINGW* | MSYS* | CYGWIN*) ;; # a drive has a colon
*:*) stop "Python makes no environment in a folder with a colon in its path: rename $PWD" ;;
esac
found=
if [ -e "$VENV" ] || [ -L "$VENV" ]; then look; fi
need
if [ "$found" ]; then
    echo "The environment in $VENV $found: it is made anew."
    rm -rf "$VENV" || stop "$VENV cannot be removed. Remove it, then run make again: sudo rm -rf $VENV"
fi
trap 'rm -rf "$VENV"; exit 130' INT TERM HUP
echo "Creating $VENV …"
if ! "$PYTHON" -m venv --clear "$VENV"; then
    rm -rf "$VENV"
    stop "'$PYTHON -m venv $VENV' failed, for the reason above."
fi
