"""python -m tools.grading folder marks.csv [--only id …] [--seconds 10]"""

import sys

from tools.grading.marks import main

sys.exit(main())
