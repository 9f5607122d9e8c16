"""`python -m gridcrm` is the command line."""

import sys

from gridcrm.cli import main

sys.exit(main())
