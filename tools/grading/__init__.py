"""Marks for a folder of hand-ins: `make grade FROM=folder TO=marks.csv`.

A hand-in runs in a process of its own (student.py, started by process.py), with a library that has
neither references nor a judge.  It sends what its answers return; replies.py makes values of that,
hand_in.py has them judged here, and marks.py makes the rows.  No verdict is ever in the learner's
process, so none can be forged there.  `make progress` asks the same of a learner's own copies.

Not nbgrader: it runs the tests inside the learner's kernel, where a patched judge or an early exit
decides the mark, and its manual refers to Docker for unsafe code.  Not otter-grader: it needs
Docker and a second set of tests, while the checks and hints of this course are its exercises.
"""
