#!/bin/sh
# The last word of a command of the Makefile that failed:  command || sh tools/upkeep/or_doctor.sh $?
# Ctrl-C (130) is no failure.
[ "$1" = 130 ] || echo "Not about what you changed? Ask the environment: make doctor" >&2
exit "$1"
