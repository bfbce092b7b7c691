"""python -m lessons_lib.doctor"""

import sys

from lessons_lib.doctor import main

sys.exit(main(sys.argv[1:]))
