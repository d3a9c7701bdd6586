"""The documented daemon, after a line of JSON saying that it waits for the lock of its token cache file.

It learns this from the lock's own log.
"""

import json
import logging
import os
import runpy


class Announcement(logging.Handler):
    def emit(self, record):
        if "found existing lock file" in record.msg:
            logger.removeHandler(self)
            print(json.dumps({"waits": True}), flush=True)


logger = logging.getLogger("msal_extensions")
logger.setLevel(logging.DEBUG)
logger.addHandler(Announcement())
runpy.run_path(os.path.join(os.path.dirname(__file__), "daemon.py"))
