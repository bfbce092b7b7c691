#!/bin/sh
# One make at a time installs or builds in this folder:  sh tools/upkeep/lock.sh PID
# The lock names that make and counts as long as it lives.
lock=_build/.lock
case $(uname) in MINGW* | MSYS* | CYGWIN*) exit 0 ;; esac # no links there
mkdir -p _build
until ln -s "$1" "$lock" 2>/dev/null; do
    if [ ! -L "$lock" ]; then
        echo "Nothing can be written to $PWD/_build. Remove it, then run make again: sudo rm -rf _build" >&2
        exit 1
    fi
    holder=$(readlink "$lock")
    [ "$holder" != "$1" ] || exit 0
    case $(cat "/proc/$holder/comm" 2>/dev/null || ps -p "$holder" -o comm= 2>/dev/null) in
    *make*)
        echo "Another make (process $holder) is at work in this folder: run this when it has ended." >&2
        exit 1
        ;;
    esac
    rm -f "$lock"
done
