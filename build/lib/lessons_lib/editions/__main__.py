"""python -m lessons_lib.editions"""

import sys

from lessons_lib.editions.command import main

sys.exit(main())
