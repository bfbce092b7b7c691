"""python -m lessons_kit.doctor"""

import sys

from lessons_kit.doctor import main

sys.exit(main(sys.argv[1:]))
