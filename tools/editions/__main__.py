"""python -m tools.editions"""

import sys

from tools.editions.command import main

sys.exit(main())
