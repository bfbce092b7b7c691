"""python -m lessons_kit.doctor"""

from lessons_kit.doctor import main

raise SystemExit(main())
