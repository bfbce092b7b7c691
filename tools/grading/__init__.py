"""Marks for a folder of hand-ins: `make grade FROM=folder TO=marks.csv`.

Each hand-in runs in a process of its own (student.py) with a library without references. The judge
stays here (hand_in.py): it sends arguments, gets plain values back (values.py) and compares them.
No verdict is ever in the student's process, so none can be forged there. marks.py makes the rows.

Not nbgrader: it runs the tests inside the student's kernel, and its own manual advises Docker for
unsafe code. Not otter-grader: it needs Docker and a second set of tests, while this course's checks
and hints are its exercises already.
"""
