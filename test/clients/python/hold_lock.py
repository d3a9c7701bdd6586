"""Holds the lock of a token cache file, as MSAL Python's extensions do around each change, until it reads a line.

Prints a line of JSON when it has the lock, and one that says whether the file was written meanwhile.
"""

import json
import os
import sys

from msal_extensions import CrossPlatLock

cache_file = sys.argv[1]
with CrossPlatLock(cache_file + ".lockfile"):
    print(json.dumps({"holds": True}), flush=True)
    input()
    print(json.dumps({"written": os.path.exists(cache_file)}), flush=True)
